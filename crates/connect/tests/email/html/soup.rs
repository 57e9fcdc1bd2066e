//! Tags in every order.

use super::inert;

#[test]
fn soups_of_tags_settle() {
    let pieces = [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<a href=https://a.example>",
        "</a>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "</td>",
        "<li>",
        "<ul>",
        "</ul>",
        "<svg>",
        "<math>",
        "<style>",
        "</style>",
        "<!--",
        "-->",
        "<pre>\n",
        "<h1>",
        "<h2>",
        "</h1>",
        "<col>",
        "<caption>",
        "<ruby>",
        "<rt>",
        "<template>",
        "</template>",
        "<select>",
        "<option>",
        "<mtext>",
        "<title>",
        "<font color=red>",
        "</font>",
        "<img src=cid:a>",
        "<div>",
        "</div>",
        "<center>",
        "text",
        "&lt;",
        "&#60;b",
        "<",
        "\"",
        "'",
        ">",
        " ",
        "\u{a0}",
        "\0",
        "<p title='",
        "<body bgcolor=red>",
        "<plaintext>",
        "<dd>",
        "<dl>",
        "</br>",
        "<noscript>",
        "<q>",
        "<nobr>",
        "<b/><i",
        "<form><td>",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..3_000 {
        let mut soup = String::new();
        for _ in 0..round % 40 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            soup.push_str(pieces[usize::try_from(state % pieces.len() as u64).unwrap()]);
        }
        assert!(!inert(&soup, "soup").plain, "{soup}");
    }
}
