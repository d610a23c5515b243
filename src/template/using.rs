//! Finds the target of `using` in a `.bicepparam` file without the compiler.

/// The path after `using`, if it is a local file.
///
/// Only needed for the types of `name=value` parameters, which must be known before the compiler runs.
pub(super) fn local_file(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}');
    loop {
        rest = rest.trim_start();
        rest = match rest.get(..2) {
            Some("//") => rest.split_once('\n')?.1,
            Some("/*") => rest.split_once("*/")?.1,
            _ => match rest.strip_prefix("using") {
                Some(after) => {
                    let (path, _) = after.trim_start().strip_prefix('\'')?.split_once('\'')?;
                    return (!path.contains(':')).then_some(path);
                }
                None => rest.split_once('\n')?.1,
            },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_after_using() {
        for (text, expected) in [
            ("using './main.bicep'\nparam a = 1", Some("./main.bicep")),
            (
                "\u{feff}// using 'x'\r\n/* using 'y'\n*/ using '../a b.json'",
                Some("../a b.json"),
            ),
            ("var a = 1\nusing 'main.bicep'", Some("main.bicep")),
            ("using none\n", None),
            ("using 'br:host/a:1'\n", None),
            ("using 'ts/alias:spec:1'\n", None),
            ("param a = 1\n", None),
            ("// using", None),
            ("", None),
        ] {
            assert_eq!(local_file(text), expected, "{text:?}");
        }
    }
}
