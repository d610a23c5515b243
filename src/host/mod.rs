//! Where we run: GitHub's runner, its commands and files. Another CI system would get a sibling of `github`.
