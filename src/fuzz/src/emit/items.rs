//! Types and functions.

use super::code::Writer;
use super::names;
use super::prelude;
use crate::program::{Destructor, Edition, Program, Shape, Ty, TypeDef};

/// An item: what stands for a use of it, and its text.
pub struct Item {
    names: Vec<String>,
    pub text: String,
    /// The number of a function.
    pub function: Option<usize>,
}

impl Item {
    /// Whether this item names `other`.
    pub fn needs(&self, other: &Item) -> bool {
        other.names.iter().any(|name| uses(&self.text, name))
    }
}

/// The items of a program that its root, `f0`, needs.
pub fn program(program: &Program, edition: Edition) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (number, definition) in program.types.iter().enumerate() {
        let text = type_items(program, edition, number, definition).join("\n");
        items.push(Item { names: vec![names::user(program, number)], text, function: None });
    }
    for number in 0..program.functions.len() {
        let text = function(program, edition, number);
        items.push(Item { names: vec![format!("f{number}(")], text, function: Some(number) });
    }
    let root = program.types.len();
    for (names, text) in prelude::ITEMS {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        items.push(Item { names, text: text.to_owned(), function: None });
    }
    let mut needed = vec![false; items.len()];
    let mut open = vec![root];
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut needed[index], true) {
            open.extend((0..items.len()).filter(|&other| items[index].needs(&items[other])));
        }
    }
    items.into_iter().zip(needed).filter(|(_, needed)| *needed).map(|(item, _)| item).collect()
}

/// The text of the items.
pub fn text<'i>(items: impl IntoIterator<Item = &'i Item>) -> String {
    items.into_iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Whether the name stands in the text, and not at the end of another name.
pub fn uses(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = text.match_indices(name);
    found.any(|(start, _)| {
        let ends = !name.ends_with(goes_on) || !text[start + name.len()..].starts_with(goes_on);
        ends && !text[..start].ends_with(goes_on)
    })
}

fn type_items(
    program: &Program,
    edition: Edition,
    number: usize,
    definition: &TypeDef,
) -> Vec<String> {
    let mut items = Vec::new();
    let name = names::user(program, number);
    match &definition.shape {
        Shape::Struct(fields) => {
            let mut lines = String::new();
            for (index, field) in fields.iter().enumerate() {
                lines += &format!("    {}: {},\n", names::field(index), names::ty(program, field));
            }
            if !matches!(definition.destructor, Destructor::None) {
                lines += "    tag: Tag,\n";
            }
            items.push(if lines.is_empty() {
                format!("struct {name} {{}}\n")
            } else {
                format!("struct {name} {{\n{lines}}}\n")
            });
        }
        Shape::Enum(variants) => {
            let mut lines = String::new();
            let mut tags = Vec::new();
            for (index, payload) in variants.iter().enumerate() {
                let mut payload: Vec<_> = payload.iter().map(|ty| names::ty(program, ty)).collect();
                let variant = names::field(index).to_uppercase();
                if !matches!(definition.destructor, Destructor::None) {
                    payload.push("Tag".to_owned());
                    tags.push(format!("{name}::{variant}(.., tag)"));
                }
                lines += &match &payload[..] {
                    [] => format!("    {variant},\n"),
                    _ => format!("    {variant}({}),\n", payload.join(", ")),
                };
            }
            items.push(format!("enum {name} {{\n{lines}}}\n"));
            if !tags.is_empty() {
                let tags = tags.join(" | ");
                items.push(format!(
                    "impl {name} {{\n    fn tag(&self) -> &Tag {{\n        match self {{\n            \
                     {tags} => tag,\n        }}\n    }}\n}}\n"
                ));
            }
        }
    }
    if matches!(definition.destructor, Destructor::None) {
        return items;
    }
    let tag = if matches!(definition.shape, Shape::Enum(_)) { "tag()" } else { "tag" };
    items.push(format!(
        "impl Drop for {name} {{\n    fn drop(&mut self) {{\n        self.{tag}.sync();\n    }}\n}}\n"
    ));
    if let Destructor::Async(body) = &definition.destructor {
        let writer = Writer::new(program, edition);
        let lines = writer.lines(body, 2);
        let text = format!(
            "impl AsyncDrop for {name} {{\n    async fn drop(self: Pin<&mut Self>) {{\n        \
             self.{tag}.begin();\n{lines}        self.{tag}.end();\n    }}\n}}\n"
        );
        items.push(writer.finish(text));
    }
    items
}

fn function(program: &Program, edition: Edition, number: usize) -> String {
    let function = &program.functions[number];
    let writer = Writer::new(program, edition);
    for parameter in &function.parameters {
        writer.parameter(parameter);
    }
    let parameters: Vec<_> = function
        .parameters
        .iter()
        .map(|parameter| {
            let pattern = writer.pattern(&parameter.pattern);
            format!("{pattern}: {}", names::ty(program, &parameter.ty))
        })
        .collect();
    let generic = if function.generic { "<T: 'static>" } else { "" };
    let output = match &function.output {
        Ty::Unit => String::new(),
        output => format!(" -> {}", names::ty(program, output)),
    };
    let public = if number == 0 { "pub " } else { "" };
    let lines = writer.lines(&function.body, 1);
    let mut head =
        format!("{public}async fn f{number}{generic}({}){output} {{", parameters.join(", "));
    if writer.finish(head.clone()).len() > 95 {
        let list: String = parameters.iter().map(|one| format!("    {one},\n")).collect();
        head = format!("{public}async fn f{number}{generic}(\n{list}){output} {{");
    }
    let body = if lines.is_empty() { "}\n".to_owned() } else { format!("\n{lines}}}\n") };
    writer.finish(head + &body)
}
