//! Reads the `using` of a `.bicepparam` file without the compiler.

/// The path after `using`, if it is a local file.
///
/// Only needed for what must be known before the compiler runs: the types of `name=value` parameters, and which file a
/// template in JSON is from.
pub(super) fn local_file(text: &str) -> Option<&str> {
    let (path, _) = target(text)?.strip_prefix('\'')?.split_once('\'')?;
    (!path.contains(':')).then_some(path)
}

/// Whether settings for `bicep deploy` follow: `using 'main.bicep' with { … }`.
pub(super) fn has_settings(text: &str) -> bool {
    let after = target(text).map(|target| match target.strip_prefix('\'') {
        Some(path) => path.split_once('\'').map_or("", |(_, after)| after),
        None => target.trim_start_matches(char::is_alphanumeric),
    });
    let word = after.and_then(|after| after.trim_start().strip_prefix("with"));
    word.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
}

/// The text from what follows `using`.
fn target(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}');
    loop {
        rest = rest.trim_start();
        rest = match rest.get(..2) {
            Some("//") => rest.split_once('\n')?.1,
            Some("/*") => rest.split_once("*/")?.1,
            _ => match rest.strip_prefix("using") {
                Some(after) => return Some(after.trim_start()),
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
            ("using 'main.bicep' with {\n}", Some("main.bicep")),
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

    #[test]
    fn settings_after_using() {
        for (text, expected) in [
            ("using 'main.bicep' with {\n  mode: 'stack'\n}\n", true),
            ("// a\nusing none with { mode: 'deployment' }", true),
            ("using 'br:host/a:1' with {}", true),
            ("using 'with.bicep'\nparam with = 1", false),
            ("using none\nwithout", false),
            ("using 'main.bicep'", false),
            ("param a = 'using x with'", false),
        ] {
            assert_eq!(has_settings(text), expected, "{text:?}");
        }
    }
}
