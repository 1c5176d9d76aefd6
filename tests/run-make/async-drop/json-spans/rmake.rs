//! R21, R22, R23: what an editor shows. The messages come as JSON with each of their spans: in the
//! file that it is in, also if that is of another crate, and with its label or its suggestion.

//@ ignore-cross-compile

use std::fmt::Write;

use run_make_support::serde_json::{Value, from_str};
use run_make_support::{Rustc, diff, rustc};

fn main() {
    compile("conns").run();
    let json = |program| {
        let mut rustc = compile(program);
        rustc.arg("--error-format=json");
        rustc
    };
    let outputs = [
        ("send", json("send").run_fail()),
        ("lints", json("lints").run()),
        ("borrow", json("borrow").run_fail()),
    ];
    for (program, output) in outputs {
        let mut text = String::new();
        for line in output.stderr_utf8().lines() {
            let message: Value = from_str(line).unwrap();
            if !array(&message["spans"]).is_empty() {
                show(&message, "", &mut text);
            }
        }
        diff()
            .expected_file(format!("{program}.spans"))
            .actual_text(&format!("spans of {program}"), text)
            .run();
    }
}

fn compile(program: &str) -> Rustc {
    let mut rustc = rustc();
    rustc.edition("2024").crate_type("rlib").input(format!("{program}.rs")).emit("metadata");
    rustc
}

/// Writes a message, what it marks, and its notes.
fn show(message: &Value, indent: &str, text: &mut String) {
    let words = |value: &Value| value.as_str().map_or(String::new(), |text| format!(": {text}"));
    let level = message["level"].as_str().unwrap();
    writeln!(text, "{indent}{level}{}", words(&message["message"])).unwrap();
    let indent = format!("{indent}    ");
    for span in array(&message["spans"]) {
        let (file, line) = (span["file_name"].as_str().unwrap(), &span["line_start"]);
        let first = &span["text"][0];
        let column = |end: &str| first[end].as_u64().unwrap() as usize - 1;
        let marked = column("highlight_start")..column("highlight_end");
        let marked = &first["text"].as_str().unwrap()[marked];
        let label = words(&span["label"]);
        write!(text, "{indent}{file}:{line} `{marked}`{label}").unwrap();
        match span["suggested_replacement"].as_str() {
            Some(replacement) => writeln!(text, " => `{replacement}`").unwrap(),
            None => writeln!(text).unwrap(),
        }
    }
    for child in array(&message["children"]) {
        show(child, &indent, text);
    }
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}
