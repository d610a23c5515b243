//! Commands to the agent.

/// A command to the agent.
pub(super) fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: String = properties
        .iter()
        .map(|(name, value)| format!("{name}={};", escape_property(value)))
        .collect();
    let separator = if properties.is_empty() { "" } else { " " };
    format!("##vso[{name}{separator}{properties}]{}", escape(message))
}

/// Escapes the message of a command as the agent reads it back.
fn escape(text: &str) -> String {
    text.replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property.
fn escape_property(text: &str) -> String {
    escape(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::host::azure_pipelines::agent;

    proptest! {
        #[test]
        fn values_come_back(name in any::<String>(), message in any::<String>()) {
            let name = name.replace("##", "# #");
            let message = message.replace("##", "# #");
            let properties = [("type", "error".to_owned()), ("sourcepath", name.clone())];
            let line = command("task.logissue", &properties, &message);
            let told = agent::read(&line).map_err(TestCaseError::fail)?;
            prop_assert_eq!(told.issues.len(), 1);
            prop_assert_eq!(&told.issues[0].message, &message);
            prop_assert_eq!(&told.issues[0].place[0], &Some(name));
        }

        #[test]
        fn what_looks_escaped_comes_back(text in "(%3B|%0D|%0A|%5D|%25|%AZP25|%AZP|[%;\\]\r\n]){0,8}") {
            let line = command("task.setvariable", &[("variable", "a".to_owned())], &text);
            let told = agent::read(&line).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&told.variables["a"].value, &text);
        }
    }
}
