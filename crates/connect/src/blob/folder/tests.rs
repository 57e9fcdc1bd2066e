use super::*;

fn folder() -> (PathBuf, Folder) {
    let name = format!("candor-blob-{}-{:?}", std::process::id(), std::thread::current().id());
    let dir = std::env::temp_dir().join(name.replace(['(', ')'], "-"));
    (dir.clone(), Folder::at(dir))
}

fn id(end: u8) -> FileId {
    let mut random = [0; 10];
    random[9] = end;
    FileId::from_parts(1_700_000_000_000, random)
}

#[tokio::test]
async fn a_kept_file_is_read_in_parts_and_removed_once() {
    let (dir, blobs) = folder();
    let mut draft = blobs.begin(id(7)).await.unwrap();
    draft.write(b"hello ").await.unwrap();
    draft.write(b"world").await.unwrap();
    draft.keep().await.unwrap();
    let mut blob = blobs.open(id(7)).await.unwrap();
    assert_eq!(blob.read(6, 5).await.unwrap(), b"world");
    assert_eq!(blob.read(0, 5).await.unwrap(), b"hello");
    assert!(blob.read(8, 5).await.is_err(), "a read past the end is an error, not a short answer");
    blobs.remove(id(7)).await.unwrap();
    blobs.remove(id(7)).await.unwrap();
    assert!(blobs.open(id(7)).await.is_err());
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_dropped_draft_leaves_nothing() {
    let (dir, blobs) = folder();
    let mut draft = blobs.begin(id(8)).await.unwrap();
    draft.write(b"half").await.unwrap();
    drop(draft);
    assert!(blobs.open(id(8)).await.is_err());
    assert_eq!(std::fs::read_dir(dir.join(ARRIVING)).unwrap().count(), 0);
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn old_files_are_listed_and_what_a_killed_process_left_is_swept() {
    let (dir, blobs) = folder();
    blobs.begin(id(9)).await.unwrap().keep().await.unwrap();
    std::fs::write(dir.join(ARRIVING).join("left"), b"half").unwrap();
    let (day, tomorrow) = (Duration::from_secs(86_400), SystemTime::now() + Duration::from_secs(90_000));
    assert_eq!(blobs.older_than(day, SystemTime::now()).await.unwrap(), []);
    assert_eq!(blobs.older_than(day, tomorrow).await.unwrap(), [id(9)]);
    assert_eq!(blobs.sweep_arriving(day, tomorrow).await.unwrap(), 1);
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn the_first_mark_stays_until_it_is_replaced() {
    let (dir, blobs) = folder();
    assert_eq!(blobs.mark().await.unwrap(), None);
    blobs.leave_mark("first", false).await.unwrap();
    blobs.leave_mark("second", false).await.unwrap();
    assert_eq!(blobs.mark().await.unwrap().as_deref(), Some("first"));
    blobs.leave_mark("third", true).await.unwrap();
    assert_eq!(blobs.mark().await.unwrap().as_deref(), Some("third"));
    let tomorrow = SystemTime::now() + Duration::from_secs(90_000);
    assert_eq!(blobs.older_than(Duration::ZERO, tomorrow).await.unwrap(), []);
    std::fs::remove_dir_all(dir).unwrap();
}
