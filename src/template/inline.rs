//! The input `parameters`: a JSON object, a YAML mapping, or `name=value` words.

use serde_json::{Map, Value};

use super::{
    declaration::{Declaration, Declarations, Kind},
    findings::Findings,
    fit::integer,
    json,
    pairs::{self, Pair},
    parameters::{Argument, Given, Origin, Parameters},
};
use crate::{host::text::code, yaml};

const UNKNOWN_FORM: &str = "is neither a JSON object, a YAML mapping (name: value) nor name=value; a file is given as parameters-file";

/// How the input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Yaml,
    Pairs,
}

/// Whether the values in `text` get their types from the template's declarations.
pub(super) fn needs_types(text: &str) -> bool {
    form(text) == Some(Form::Pairs)
}

/// The parameters in `text`; values of pairs get the types that the template declares.
pub(super) fn parameters(
    text: &str,
    declarations: &Declarations<'_>,
    findings: &mut Findings,
) -> Parameters {
    let mut parameters = Parameters::default();
    let arguments = match form(text) {
        Some(Form::Pairs) => from_pairs(text, declarations),
        Some(Form::Json) => from_value(json(text, findings), declarations),
        Some(Form::Yaml) => from_value(yaml::parse(text).map_err(|e| e.to_string()), declarations),
        None => vec![Err(UNKNOWN_FORM.to_owned())],
    };
    for argument in arguments {
        match argument {
            Ok((name, given)) => {
                let twice = format!("{} is given twice: remove one", code(&name));
                if !parameters.add(Argument {
                    name,
                    given,
                    origin: Origin::Inline,
                }) {
                    findings.add("parameters", twice);
                }
            }
            Err(fault) => findings.add("parameters", fault),
        }
    }
    parameters
}

fn json(text: &str, findings: &mut Findings) -> Result<Value, String> {
    let document = json::parse(text).map_err(|error| error.to_string())?;
    for remark in document.remarks {
        findings.warn("parameters", remark);
    }
    Ok(document.value)
}

type Arguments = Vec<Result<(String, Given), String>>;

/// Detects the form by the first line that is not a comment.
fn form(text: &str) -> Option<Form> {
    let rest = pairs::skip_comments(text);
    let line = rest.lines().next()?.trim_end();
    if let Some(inside) = rest.strip_prefix('{') {
        let is_bare_key = |first: char| first.is_alphanumeric() || "_'$".contains(first);
        let has_comment = rest.len() < text.trim_start().len();
        let is_yaml = has_comment || inside.trim_start().starts_with(is_bare_key);
        return Some(if is_yaml { Form::Yaml } else { Form::Json });
    }
    if line.starts_with('[') || line.starts_with("//") || line.starts_with("/*") {
        return Some(Form::Json);
    }
    if line.starts_with(['"', '\'', '%', '?']) || line.starts_with("---") || line.starts_with("- ")
    {
        return Some(Form::Yaml);
    }
    let colon = line
        .find(": ")
        .or_else(|| line.ends_with(':').then(|| line.len() - 1));
    match (line.find('='), colon) {
        (Some(equals), Some(colon)) if colon < equals => Some(Form::Yaml),
        (Some(_), _) => Some(Form::Pairs),
        (None, colon) => colon.map(|_| Form::Yaml),
    }
}

fn from_value(document: Result<Value, String>, declarations: &Declarations<'_>) -> Arguments {
    let object = match document {
        Ok(Value::Object(object)) => object,
        Ok(_) => return vec![Err("is not an object: give names and values".to_owned())],
        Err(fault) => return vec![Err(fault)],
    };
    if object.contains_key("$schema") && object.contains_key("parameters") {
        let remedy = "give what is inside its `parameters`, or the file as parameters-file";
        return vec![Err(format!("is a whole parameters file: {remedy}"))];
    }
    let is_wrapped = is_wrapped(&object, declarations);
    let given = |(name, value): (String, Value)| {
        let kind = declarations.get(&name).and_then(Declaration::kind);
        Ok((name, unwrapped(value, kind, is_wrapped)))
    };
    object.into_iter().map(given).collect()
}

/// Whether the object is written as in a parameters file: every value in `{"value": …}` or `{"reference": …}`, and one
/// of them where a plain object would be of the wrong type.
fn is_wrapped(object: &Map<String, Value>, declarations: &Declarations<'_>) -> bool {
    let kind = |name: &str| declarations.get(name).and_then(Declaration::kind);
    object.values().all(|value| wrapper(value).is_some())
        && object
            .keys()
            .any(|name| kind(name).is_some_and(|kind| !kind.is_object()))
}

/// The key and content of `{"value": …}` or `{"reference": …}`.
fn wrapper(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (key, inner) = object.iter().next()?;
    matches!(key.as_str(), "value" | "reference").then_some((key.as_str(), inner))
}

/// The value for a parameter of `kind`, unwrapped from `{"value": …}` where a plain object cannot be meant.
fn unwrapped(value: Value, kind: Option<Kind>, is_wrapped: bool) -> Given {
    let takes_no_object = kind.is_some_and(|kind| !kind.is_object());
    let inner_fits = |inner: &Value| kind.is_none_or(|kind| !kind.is_object()) || inner.is_object();
    match wrapper(&value) {
        Some(("value", inner)) if takes_no_object || is_wrapped && inner_fits(inner) => {
            Given::Value(inner.clone())
        }
        Some(("reference", inner))
            if (takes_no_object || is_wrapped || kind == Some(Kind::SecureObject))
                && inner.get("keyVault").is_some() =>
        {
            Given::Reference(inner.clone())
        }
        _ => Given::Value(value),
    }
}

fn from_pairs(text: &str, declarations: &Declarations<'_>) -> Arguments {
    let given = |pair: Pair| {
        let declaration = declarations.get(&pair.name);
        let value = typed(&pair, declaration)
            .map_err(|fault| format!("line {}: {} {fault}", pair.line, code(&pair.name)))?;
        Ok((pair.name, Given::Value(value)))
    };
    let words = pairs::split(text).into_iter();
    words
        .map(|word| word.map_err(|error| error.to_string()).and_then(given))
        .collect()
}

/// The pair's text as the value that the template declares.
fn typed(pair: &Pair, declaration: Option<&Declaration<'_>>) -> Result<Value, String> {
    let text = pair.text.as_str();
    let Some(kind) = declaration.and_then(Declaration::kind) else {
        return Ok(text.into());
    };
    if kind.is_string() {
        return Ok(text.into());
    }
    if text == "null" && declaration.is_some_and(Declaration::is_nullable) {
        return Ok(Value::Null);
    }
    match kind {
        Kind::Int => {
            let number = text.parse().ok().and_then(|number| integer(&number));
            let integer = number.map(Value::Number);
            integer.ok_or_else(|| "must be a whole number".to_owned())
        }
        Kind::Bool => text
            .to_ascii_lowercase()
            .parse::<bool>()
            .map(Value::Bool)
            .map_err(|_| "must be true or false".to_owned()),
        _ => json::parse(text)
            .map(|document| document.value)
            .map_err(|error| format!("must be a JSON {kind}: in it, {error}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> (Value, Vec<String>) {
        let template = json!({
            "definitions": {"port": {"type": "int"}},
            "parameters": {
                "name": {"type": "string"},
                "secret": {"type": "secureString"},
                "Count": {"type": "int"},
                "port": {"$ref": "#/definitions/port", "nullable": true},
                "flag": {"type": "bool"},
                "tags": {"type": "object"},
                "keys": {"type": "secureObject"},
                "zones": {"type": "array"},
                "odd": {"$ref": "#/definitions/nowhere"},
            },
        });
        let mut findings = Findings::default();
        let declarations = Declarations::of(template.as_object().expect("an object"));
        let mut parameters = parameters(text, &declarations, &mut findings);
        parameters.fit(&declarations);
        let messages = findings.problems.iter().map(ToString::to_string).collect();
        (Value::Object(parameters.into_json(&declarations)), messages)
    }

    fn assert_reads(text: &str, expected: &Value) {
        let (parameters, problems) = read(text);
        assert_eq!(problems, Vec::<String>::new(), "{text}");
        assert_eq!(&parameters, expected, "{text}");
    }

    #[test]
    fn three_forms_say_the_same() {
        let expected = json!({"Count": {"value": 3}, "flag": {"value": true}, "name": {"value": "a b"}, "tags": {"value": {"env": "dev"}}});
        for text in [
            "{\"count\": 3, \"flag\": true, // note\n \"name\": \"a b\", \"tags\": {\"env\": \"dev\"}}",
            "count: 3\nflag: true\nname: a b\ntags:\n  env: dev\n",
            "# note\n---\n{count: 3, flag: true, name: a b, tags: {env: dev}}",
            "{ count: 3, flag: true, name: a b, tags: {env: dev} }",
            "count=3 flag=TRUE name=\"a b\" tags={\"env\": \"dev\"}",
            "# note\nCOUNT=3\nflag=true\nname='a b'\ntags='{\"env\": \"dev\"}'\n",
        ] {
            assert_reads(text, &expected);
        }
    }

    #[test]
    fn the_form_follows_the_first_line() {
        for (text, form_of) in [
            ("{}", Some(Form::Json)),
            ("{\n  // note\n \"a\": 1}", Some(Form::Json)),
            ("// note\n{}", Some(Form::Json)),
            ("{a: 1}", Some(Form::Yaml)),
            ("# {\n{\"a\": 1}", Some(Form::Yaml)),
            ("# note", None),
            ("\"a=b\": 1", Some(Form::Yaml)),
            ("a: b=c", Some(Form::Yaml)),
            ("a:\n  - b=c", Some(Form::Yaml)),
            ("a=b: c", Some(Form::Pairs)),
            ("url=https://example.org", Some(Form::Pairs)),
            ("main.parameters.json", None),
            ("@dev.json", None),
        ] {
            assert_eq!(form(text), form_of, "{text}");
        }
    }

    #[test]
    fn pairs_take_the_declared_type() {
        assert_reads(
            "name=007 secret=true count=-3 port=null flag=False zones=[1,2] tags={} odd=5",
            &json!({"name": {"value": "007"}, "secret": {"value": "true"}, "Count": {"value": -3}, "port": {"value": null},
                "flag": {"value": false}, "zones": {"value": [1, 2]}, "tags": {"value": {}}, "odd": {"value": "5"}}),
        );
        let (_, problems) = read("count=3.5\nflag=yes\ntags={x}\nname=a NAME=b");
        let expected = [
            "parameters: line 1: `count` must be a whole number",
            "parameters: line 2: `flag` must be true or false",
            "parameters: line 3: `tags` must be a JSON object: in it, line 1, column 2",
            "parameters: `NAME` is given twice",
        ];
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.starts_with(expected), "{problem}");
        }
    }

    #[test]
    fn json_is_read_as_in_files() {
        assert_reads(
            "{\"name\": 'x', \"count\": 1e1, \"port\": 123456789012345678901234567890,}",
            &json!({"name": {"value": "x"}, "Count": {"value": 10},
                "port": {"value": "123456789012345678901234567890".parse::<serde_json::Number>().expect("a number")}}),
        );
    }

    #[test]
    fn wrappers_are_recognised_where_no_object_is_meant() {
        let vault = json!({"keyVault": {"id": "/subscriptions/…"}, "secretName": "s"});
        for (given, expected) in [
            (
                json!({"count": {"value": 3}}),
                json!({"Count": {"value": 3}}),
            ),
            (
                json!({"tags": {"value": {"a": 1}}}),
                json!({"tags": {"value": {"value": {"a": 1}}}}),
            ),
            (
                json!({"odd": {"value": 3}}),
                json!({"odd": {"value": {"value": 3}}}),
            ),
            (
                json!({"count": {"value": 3}, "tags": {"value": {"a": 1}}, "odd": {"value": 3}}),
                json!({"Count": {"value": 3}, "tags": {"value": {"a": 1}}, "odd": {"value": 3}}),
            ),
            (
                json!({"count": {"value": 3}, "tags": {"value": "a"}}),
                json!({"Count": {"value": 3}, "tags": {"value": {"value": "a"}}}),
            ),
            (
                json!({"secret": {"reference": vault}}),
                json!({"secret": {"reference": vault}}),
            ),
            (
                json!({"keys": {"reference": vault}}),
                json!({"keys": {"reference": vault}}),
            ),
            (
                json!({"tags": {"reference": vault}}),
                json!({"tags": {"value": {"reference": vault}}}),
            ),
            (
                json!({"secret": {"reference": "s"}}),
                json!({"secret": {"value": {"reference": "s"}}}),
            ),
        ] {
            assert_reads(&given.to_string(), &expected);
        }
    }

    #[test]
    fn what_cannot_be_read_is_reported() {
        for (text, expected) in [
            ("{\"a\": 1 2}", "line 1, column 8: a comma"),
            ("{\"a\": hunter2}", "line 1, column 7: not JSON"),
            ("a: 1\na: 2", "line 2, column 1: a key is given twice"),
            ("{\"a\": 1, \"A\": 2}", "`A` is given twice"),
            ("[1]", "is not an object"),
            ("- a", "is not an object"),
            ("main.parameters.json", "is neither"),
            ("a=1\nhunter2", "line 2: a word without"),
            (
                "{\"$schema\": \"x\", \"parameters\": {}}",
                "is a whole parameters file",
            ),
        ] {
            let (_, problems) = read(text);
            assert_eq!(problems.len(), 1, "{text}");
            assert!(
                problems[0].starts_with(&format!("parameters: {expected}")),
                "{problems:?}"
            );
            assert!(!problems[0].contains("hunter2"));
        }
    }
}
