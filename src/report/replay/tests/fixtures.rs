//! Reports of real runs, most of them from bug reports: the log that each shows is a snapshot.
//!
//! A new one is a file in the folder `fixtures`; `INSTA_UPDATE=always cargo test --lib fixtures` writes its log.

use std::{fs, path::Path};

use super::{Console, Kept, Taste, parse, play};

#[tokio::test(start_paused = true)]
async fn the_log_of_every_fixture_is_as_it_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/replay/fixtures");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let report = fs::read(&file).expect("readable");
        let run = parse(&report).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(run.warning(), None, "{name}");
        let log = Kept::default();
        let is_well = play(&run, Console::plain(log.clone(), Taste::default()), None).await;
        assert!(is_well, "{name}: a bug in the report:\n{}", log.text());
        insta::assert_snapshot!(&*name, log.text());
    }
}
