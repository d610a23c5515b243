//! The grammar of `[…]` expressions.

use serde_json::Value;

use super::{Result, TemplateError};

/// One parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// A quoted string or a whole number.
    Literal(Value),
    /// A function, with its namespace where it has one (`contoso.name`).
    Call {
        name: String,
        arguments: Vec<Expression>,
    },
    /// `target.name`
    Property {
        target: Box<Expression>,
        name: String,
    },
    /// `target[index]`
    Index {
        target: Box<Expression>,
        index: Box<Expression>,
    },
}

impl Expression {
    /// The name of the function at the root of a chain of properties and indexes.
    pub(crate) fn root(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Call { name, .. } => Some(name),
            Self::Property { target, .. } | Self::Index { target, .. } => target.root(),
        }
    }
}

/// The text within the brackets when `text` is an expression; `[[` starts a plain string.
pub(crate) fn inside(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    (!inner.starts_with('[')).then_some(inner)
}

/// Parses what stands between the brackets.
pub(crate) fn parse(text: &str) -> Result<Expression> {
    let mut parser = Parser { text, position: 0 };
    let expression = parser.expression()?;
    parser.skip_space();
    if parser.position == text.len() {
        Ok(expression)
    } else {
        Err(parser.unexpected())
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
}

impl Parser<'_> {
    fn expression(&mut self) -> Result<Expression> {
        self.skip_space();
        let mut expression = match self.peek() {
            Some('\'') => Expression::Literal(Value::String(self.string()?)),
            Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => self.number()?,
            Some(c) if is_name(c) => self.call()?,
            _ => return Err(self.unexpected()),
        };
        loop {
            self.skip_space();
            if self.take('.') {
                let name = self.name()?;
                expression = Expression::Property {
                    target: Box::new(expression),
                    name,
                };
            } else if self.take('[') {
                let index = Box::new(self.expression()?);
                self.expect(']')?;
                expression = Expression::Index {
                    target: Box::new(expression),
                    index,
                };
            } else {
                return Ok(expression);
            }
        }
    }

    fn call(&mut self) -> Result<Expression> {
        let mut name = self.name()?;
        if self.take('.') {
            name = format!("{name}.{}", self.name()?);
        }
        self.expect('(')?;
        let mut arguments = Vec::new();
        self.skip_space();
        if !self.take(')') {
            loop {
                arguments.push(self.expression()?);
                self.skip_space();
                if self.take(')') {
                    break;
                }
                self.expect(',')?;
            }
        }
        Ok(Expression::Call { name, arguments })
    }

    fn string(&mut self) -> Result<String> {
        self.expect('\'')?;
        let mut value = String::new();
        loop {
            match self.next() {
                Some('\'') if self.take('\'') => value.push('\''),
                Some('\'') => return Ok(value),
                Some(c) => value.push(c),
                None => return Err(self.unexpected()),
            }
        }
    }

    fn number(&mut self) -> Result<Expression> {
        let start = self.position;
        self.next();
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.next();
        }
        let digits = self.text[start..self.position].trim_start_matches('+');
        let number = digits.parse::<i64>().map_err(|_| self.unexpected())?;
        Ok(Expression::Literal(number.into()))
    }

    fn name(&mut self) -> Result<String> {
        self.skip_space();
        let start = self.position;
        while self.peek().is_some_and(is_name) {
            self.next();
        }
        if start == self.position {
            return Err(self.unexpected());
        }
        Ok(self.text[start..self.position].to_owned())
    }

    fn peek(&self) -> Option<char> {
        self.text[self.position..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Result<()> {
        self.skip_space();
        if self.take(wanted) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    fn unexpected(&self) -> TemplateError {
        let found = self.peek().map_or("EndOfData".to_owned(), String::from);
        TemplateError(format!(
            "Unable to parse language expression '{}': unexpected token '{found}' at position '{}'.",
            self.text, self.position
        ))
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || c == '#'
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_an_expression_unless_doubled() {
        assert_eq!(inside("[parameters('a')]"), Some("parameters('a')"));
        assert_eq!(inside("[[not an expression]"), None);
        assert_eq!(inside("plain"), None);
        assert_eq!(inside("[open"), None);
    }

    #[test]
    fn chains_keep_their_root() {
        let parsed = parse("reference('a', '2020-01-01').outputs['x'].value[0]").unwrap();
        assert_eq!(parsed.root(), Some("reference"));
        assert!(matches!(parsed, Expression::Index { .. }));
    }

    #[test]
    fn quotes_double_inside_strings() {
        assert_eq!(
            parse("'it''s'").unwrap(),
            Expression::Literal("it's".into())
        );
        assert_eq!(parse(" -12 ").unwrap(), Expression::Literal((-12).into()));
    }

    #[test]
    fn namespaces_belong_to_the_name() {
        let Expression::Call { name, arguments } = parse("contoso.unique( 'a' , 2 )").unwrap()
        else {
            panic!("not a call");
        };
        assert_eq!((name.as_str(), arguments.len()), ("contoso.unique", 2));
    }

    #[test]
    fn broken_expressions_are_errors() {
        for text in [
            "",
            "concat(",
            "concat('a'",
            "'open",
            "a",
            "concat('a') x",
            "f(,)",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
