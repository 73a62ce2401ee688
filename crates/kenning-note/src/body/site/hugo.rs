//! Hugo's shortcodes.

use super::{Page, near, quoted};

impl Page<'_> {
    /// `{{< name … >}}` and `{{% name … %}}`.
    pub(super) fn shortcodes(&mut self) {
        let mut at = 0;
        // What is closed nowhere from here on is closed nowhere further on.
        let mut unclosed: Vec<(&str, &str)> = Vec::new();
        while let Some(start) = self.next("{{", at) {
            let rest = self.text.get(start..).unwrap_or_default();
            let close = match rest.get(..3) {
                Some("{{<") => ">}}",
                Some("{{%") => "%}}",
                _ => {
                    at = start + 2;
                    continue;
                }
            };
            let Some(length) = near(rest, close) else {
                at = start + 3;
                continue;
            };
            let end = start + length + 3;
            let opening = rest.get(..3).unwrap_or_default();
            let inside = rest.get(3..length).unwrap_or_default();
            // `{{</* name */>}}` shows a shortcode and is none.
            let shown = inside
                .strip_prefix("/*")
                .and_then(|inside| inside.strip_suffix("*/"));
            if let Some(shown) = shown {
                self.write(start, end, &format!("{opening}{shown}{close}"));
                at = end;
                continue;
            }
            let inside = inside.trim();
            if !is_call(inside) {
                at = start + 3;
                continue;
            }
            let (name, value) = inside
                .split_once(char::is_whitespace)
                .unwrap_or((inside, ""));
            at = end;
            if matches!(name, "highlight" | "code")
                && !inside.ends_with('/')
                && !unclosed.contains(&(opening, name))
            {
                let mut after = end;
                while let Some(found) = self.text.get(after..).and_then(|rest| rest.find(opening)) {
                    let from = after + found;
                    let rest = self.text.get(from..).unwrap_or_default();
                    let Some(length) = near(rest, close) else {
                        after = from + 3;
                        continue;
                    };
                    after = from + length + 3;
                    let closing = rest.get(3..length).unwrap_or_default().trim();
                    if closing
                        .strip_prefix('/')
                        .is_some_and(|closed| closed.trim() == name)
                    {
                        self.blank(start, after);
                        at = after;
                        break;
                    }
                }
                if at == end {
                    unclosed.push((opening, name));
                }
            }
            let refers = matches!(name, "ref" | "relref" | "link") && self.is_address(start);
            let value =
                quoted(value).unwrap_or_else(|| value.split(' ').next().unwrap_or_default());
            let goes_on = self
                .text
                .get(end..)
                .is_some_and(|rest| rest.starts_with('/'));
            let written = refers && self.write(start, end, value)
                || !(self.is_address(start) && goes_on) && self.unknown_address(start, end);
            if !written {
                self.blank(start, end);
            }
        }
    }
}

/// Whether what stands between the marks of a shortcode calls one: a name comes first, and none begins before it has ended.
fn is_call(inside: &str) -> bool {
    let name = inside.strip_prefix('/').unwrap_or(inside).trim_start();
    name.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && ["{{<", "{{%"].iter().all(|mark| !inside.contains(mark))
}
