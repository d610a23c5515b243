//! Where we run: GitHub's runner, its commands and files. Another CI system would get a sibling of `github`.

pub mod id_token;
pub mod jwt;
