//! `seeds FOLDER` writes what each parser is tried with first into a folder of its name, and says the names and the longest inputs.

#![expect(clippy::print_stdout, reason = "scripts/fuzz_parsers.sh reads it")]

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for parser in candor_hostile::ALL {
        let folder = Path::new(&folder).join(parser.name);
        std::fs::create_dir_all(&folder)?;
        for (at, seed) in candor_hostile::seeds(parser).into_iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{at}")), seed)?;
        }
        println!("{} {}", parser.name, parser.longest);
    }
    Ok(())
}
