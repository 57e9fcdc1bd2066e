use super::*;
use object_store::memory::InMemory;

fn id(end: u8) -> FileId {
    let mut random = [0; 10];
    random[9] = end;
    FileId::from_parts(1_700_000_000_000, random)
}

fn bucket() -> (Arc<InMemory>, Bucket) {
    let store = Arc::new(InMemory::new());
    (Arc::clone(&store), Bucket::over(store))
}

async fn kept(bucket: &Bucket, id: FileId, bytes: &[u8], piece: usize) {
    let mut draft = bucket.begin(id);
    for part in bytes.chunks(piece) {
        draft.write(part).await.unwrap();
    }
    draft.keep().await.unwrap();
}

#[tokio::test]
async fn objects_of_every_size_come_back_in_parts() {
    let (_, bucket) = bucket();
    for size in [0, 1, 100_000, 5 << 20, (11 << 20) + 7] {
        let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        kept(&bucket, id(1), &bytes, 65_552).await;
        let mut blob = bucket.read(id(1));
        let mut back = Vec::new();
        while back.len() < size {
            let length = 65_552.min(size - back.len());
            back.extend(blob.read(back.len() as u64, length).await.unwrap());
        }
        assert!(back == bytes, "{size} bytes");
        if size > 1000 {
            assert_eq!(bucket.read(id(1)).read(size as u64 - 10, 10).await.unwrap(), &bytes[size - 10..]);
            assert!(bucket.read(id(1)).read(size as u64 - 10, 11).await.is_err(), "a read past the end is an error, not a short answer");
        }
        bucket.remove(id(1)).await.unwrap();
        bucket.remove(id(1)).await.unwrap();
    }
    assert_eq!(bucket.read(id(1)).read(0, 1).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_dropped_draft_leaves_nothing() {
    let (store, bucket) = bucket();
    for size in [10, 6 << 20] {
        let mut draft = bucket.begin(id(2));
        draft.write(&vec![1; size]).await.unwrap();
        drop(draft);
    }
    assert_eq!(store.list(None).try_collect::<Vec<_>>().await.unwrap(), []);
}

#[tokio::test]
async fn old_objects_are_listed_and_the_mark_is_none_of_them() {
    let (_, bucket) = bucket();
    kept(&bucket, id(3), b"x", 1).await;
    bucket.leave_mark("ours", false).await.unwrap();
    let (day, tomorrow) = (Duration::from_secs(86_400), SystemTime::now() + Duration::from_secs(90_000));
    assert_eq!(bucket.older_than(day, SystemTime::now()).await.unwrap(), []);
    assert_eq!(bucket.older_than(day, tomorrow).await.unwrap(), [id(3)]);
}

#[tokio::test]
async fn the_first_mark_stays_until_it_is_replaced() {
    let (_, bucket) = bucket();
    assert_eq!(bucket.mark().await.unwrap(), None);
    bucket.leave_mark("first", false).await.unwrap();
    bucket.leave_mark("second", false).await.unwrap();
    assert_eq!(bucket.mark().await.unwrap().as_deref(), Some("first"));
    bucket.leave_mark("third", true).await.unwrap();
    assert_eq!(bucket.mark().await.unwrap().as_deref(), Some("third"));
}

#[test]
fn a_place_never_shows_its_keys() {
    let keys = Some(("AKIDEXAMPLE".to_owned(), "hush".to_owned()));
    let place = BucketPlace { bucket: "desk".to_owned(), region: "us-east-1".to_owned(), keys, ..BucketPlace::default() };
    for shown in [format!("{place:?}"), place.to_string(), format!("{:?}", Bucket::open(place).unwrap())] {
        assert!(!shown.contains("hush"), "{shown}");
    }
}
