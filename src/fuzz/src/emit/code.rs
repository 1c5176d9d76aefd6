//! Blocks, statements and expressions.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::names;
use crate::program::{
    AsyncBlock, Block, Condition, Destructor, Edition, Expr, Loop, LoopKind, Parameter, Pattern,
    Place, Program, Projection, Shape, Statement, Ty, Var,
};

/// The longest line.
const WIDTH: usize = 95;

/// Stands before the number of a variable where `mut` may have to be written.
const BINDING: char = '\u{1}';

/// Writes one body. Which variables are mutable is known at the end of it.
pub struct Writer<'p> {
    pub program: &'p Program,
    edition: Edition,
    mutable: RefCell<BTreeSet<Var>>,
    references: RefCell<BTreeSet<Var>>,
}

impl<'p> Writer<'p> {
    pub fn new(program: &'p Program, edition: Edition) -> Writer<'p> {
        Writer { program, edition, mutable: RefCell::default(), references: RefCell::default() }
    }

    /// Notes which parameters are references.
    pub fn parameter(&self, parameter: &Parameter) {
        if let (Pattern::Bind(var), Ty::RefMut(_)) = (&parameter.pattern, &parameter.ty) {
            self.references.borrow_mut().insert(*var);
        }
    }

    /// Writes `mut` where it is needed.
    pub fn finish(&self, text: String) -> String {
        let mut parts = text.split(BINDING);
        let mut done = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (var, rest) = part.split_once(';').expect("a number follows");
            let var = var.parse().expect("it is a number");
            if self.mutable.borrow().contains(&var) {
                done += "mut ";
            }
            done += &names::var(var);
            done += rest;
        }
        done
    }

    pub fn pattern(&self, pattern: &Pattern) -> String {
        names::pattern(self.program, pattern, &|var| format!("{BINDING}{var};"))
    }

    pub fn makes_mutable(&self, var: Var) {
        if !self.references.borrow().contains(&var) {
            self.mutable.borrow_mut().insert(var);
        }
    }

    pub fn place(&self, place: &Place) -> String {
        let mut text = names::var(place.var);
        if self.references.borrow().contains(&place.var) {
            match place.projections.first() {
                None => text = format!("*{text}"),
                Some(Projection::Deref) => text = format!("(*{text})"),
                Some(_) => (),
            }
        }
        for projection in &place.projections {
            match projection {
                Projection::Deref => text = format!("(*{text})"),
                projection => text += &names::projection(projection),
            }
        }
        text
    }

    /// The lines of a block, without its braces.
    pub fn lines(&self, block: &Block, depth: usize) -> String {
        let mut text = String::new();
        for statement in &block.statements {
            text += &self.statement(statement, depth);
        }
        if let Some(tail) = &block.tail {
            let value = self.expr_with_counter(tail, depth);
            text += &format!("{}{}{value}\n", counter(tail, depth), indent(depth));
        }
        text
    }

    fn braces(&self, block: &Block, depth: usize) -> String {
        let lines = self.lines(block, depth + 1);
        if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}{}}}", indent(depth)) }
    }

    fn statement(&self, statement: &Statement, depth: usize) -> String {
        let space = indent(depth);
        match statement {
            Statement::Let { pattern, ty, init, or_else } => {
                if let (Pattern::Bind(var), Some(Expr::RefMut(_))) = (pattern, init) {
                    self.references.borrow_mut().insert(*var);
                }
                let counter = init.as_ref().map_or(String::new(), |init| counter(init, depth));
                let pattern = self.pattern(pattern);
                let ty = match ty {
                    Some(ty) => format!(": {}", names::ty(self.program, ty)),
                    None => String::new(),
                };
                let init = match init.as_ref().map(|init| self.expr_with_counter(init, depth)) {
                    Some(init) if or_else.is_some() && init.ends_with('}') => {
                        format!(" = ({init})")
                    }
                    Some(init) => format!(" = {init}"),
                    None => String::new(),
                };
                let or_else = match or_else {
                    Some(block) => format!(" else {}", self.braces(block, depth)),
                    None => String::new(),
                };
                format!("{counter}{space}let {pattern}{ty}{init}{or_else};\n")
            }
            Statement::LetRef(var, init) => {
                format!("{space}let {} = &{};\n", names::var(*var), self.expr(init, depth))
            }
            Statement::Pin(var, init) => {
                let name = names::var(*var);
                self.makes_mutable(*var);
                let init = self.expr(init, depth);
                format!("{space}let {name} = {init};\n{space}let {BINDING}{var}; = pin!({name});\n")
            }
            Statement::Closure(var, closure) => {
                let parameter = self.pattern(&Pattern::Bind(closure.parameter));
                let ty = names::ty(self.program, &closure.ty);
                let body = self.with_touches(closure.captures.iter(), &closure.body, depth);
                let name = names::var(*var);
                format!("{space}let {name} = async move |{parameter}: {ty}| {body};\n")
            }
            Statement::Assign(place, value) => {
                self.makes_mutable(place.var);
                format!("{space}{} = {};\n", self.place(place), self.expr(value, depth))
            }
            // Something stands here, so that what is before does not become a tail.
            Statement::Since2024(_) if self.edition == Edition::E2021 => {
                format!("{space}let _ = ();\n")
            }
            Statement::Since2024(expr) => format!("{space}{};\n", self.expr(expr, depth)),
            Statement::Expr(expr) => {
                let semicolon = if expr.is_block_like() { "" } else { ";" };
                let text = self.expr_with_counter(expr, depth);
                format!("{}{space}{text}{semicolon}\n", counter(expr, depth))
            }
        }
    }

    /// An expression before which [`counter`] stands.
    fn expr_with_counter(&self, expr: &Expr, depth: usize) -> String {
        match expr {
            Expr::Loop(a_loop) => self.a_loop(a_loop, depth),
            expr => self.expr(expr, depth),
        }
    }

    /// `open a, b close`, on one line if it fits.
    pub fn list(&self, open: &str, items: &[&Expr], close: &str, depth: usize) -> String {
        self.list_around(open, &[], items, &[], close, depth)
    }

    /// A list with other things before and after the expressions.
    pub fn list_around(
        &self,
        open: &str,
        before: &[String],
        items: &[&Expr],
        after: &[&str],
        close: &str,
        depth: usize,
    ) -> String {
        let at = |depth| {
            let items = items.iter().map(|item| self.expr(item, depth));
            let after = after.iter().map(|text| (*text).to_owned());
            before.iter().cloned().chain(items).chain(after).collect::<Vec<_>>()
        };
        let line = at(depth).join(", ");
        if !line.contains('\n') && 4 * depth + open.len() + line.len() + close.len() < WIDTH - 20 {
            return format!("{open}{line}{close}");
        }
        let items: String =
            at(depth + 1).iter().map(|item| format!("{}{item},\n", indent(depth + 1))).collect();
        format!("{}\n{items}{}{}", open.trim_end(), indent(depth), close.trim_start_matches(','))
    }

    pub fn call(&self, function: &str, arguments: &[&Expr], depth: usize) -> String {
        self.list(&format!("{function}("), arguments, ")", depth)
    }

    pub fn expr(&self, expr: &Expr, depth: usize) -> String {
        match expr {
            Expr::Unit => "()".to_owned(),
            Expr::Plain => "Plain::new()".to_owned(),
            Expr::Graceful(suspensions) => format!("Graceful::new({suspensions})"),
            Expr::Struct(ty, fields) => self.a_struct(*ty, fields, depth),
            Expr::Tuple(values) => {
                let values: Vec<_> = values.iter().collect();
                self.list("(", &values, if values.len() == 1 { ",)" } else { ")" }, depth)
            }
            Expr::Array(ty, values) if values.is_empty() => {
                format!("nothing::<{}>()", names::ty(self.program, ty))
            }
            Expr::Array(_, values) => {
                self.list("[", &values.iter().collect::<Vec<_>>(), "]", depth)
            }
            Expr::Wrap(value) => self.call("Wrap", &[value], depth),
            Expr::Guard(value) => self.call("Guard::new", &[value], depth),
            Expr::Variant(variants, index, values) => {
                use crate::program::Variants;
                let mut name = names::variant(self.program, variants, *index);
                match variants {
                    Variants::Option(ty) if *index == 0 => {
                        name += &format!("::<{}>", names::ty(self.program, ty));
                    }
                    Variants::Result(ok, error) => {
                        let (ok, error) =
                            (names::ty(self.program, ok), names::ty(self.program, error));
                        name += &format!("::<{ok}, {error}>");
                    }
                    _ => (),
                }
                let values: Vec<_> = values.iter().collect();
                if names::has_tag(self.program, variants) {
                    return self.list_around(
                        &format!("{name}("),
                        &[],
                        &values,
                        &["Tag::new()"],
                        ")",
                        depth,
                    );
                }
                if values.is_empty() { name } else { self.call(&name, &values, depth) }
            }
            Expr::Move(place) => self.place(place),
            Expr::RefMut(place) => {
                self.makes_mutable(place.var);
                format!("&mut {}", self.place(place))
            }
            Expr::Call(function, _, arguments) => {
                self.call(&format!("f{function}"), &arguments.iter().collect::<Vec<_>>(), depth)
            }
            Expr::AsyncBlock(block) => {
                self.async_block(if block.moves { "async move" } else { "async" }, block, depth)
            }
            Expr::Generator(block) => self.async_block("async gen move", block, depth),
            Expr::Yield(value) => self.exit("yield", value, depth),
            Expr::Next(var) => {
                self.makes_mutable(*var);
                format!("next({}.as_mut()).await", names::var(*var))
            }
            Expr::PollNext(var, times) => {
                self.makes_mutable(*var);
                format!("poll_next({}.as_mut(), {times})", names::var(*var))
            }
            Expr::Await(future) => format!("{}.await", self.postfix(future, depth)),
            Expr::CallClosure(var, argument) => {
                format!("{}.await", self.call(&names::var(*var), &[argument], depth))
            }
            Expr::AwaitPinned(var) => {
                self.makes_mutable(*var);
                format!("{}.as_mut().await", names::var(*var))
            }
            Expr::PollTimes(var, times) => {
                self.makes_mutable(*var);
                format!("poll_times({}.as_mut(), {times})", names::var(*var))
            }
            Expr::Select(a, b) => self.call("select", &[a, b], depth),
            Expr::Join(a, b) => self.call("join", &[a, b], depth),
            Expr::With { temporary, value, suspends } => {
                let open = if *suspends { "with_async(" } else { "with(" };
                let close = if *suspends { ").await" } else { ")" };
                let borrowed = |depth| format!("&{}", self.expr(temporary, depth));
                let mut before = borrowed(depth);
                if before.contains('\n') {
                    before = borrowed(depth + 1);
                }
                self.list_around(open, &[before], &[value], &[], close, depth)
            }
            Expr::Item(label, rounds, value) => {
                self.list(&format!("item(tick(&mut i{label}, {rounds}), "), &[value], ")", depth)
            }
            Expr::Consume(value) => self.call("consume", &[value], depth),
            Expr::Touch(var) => format!("touch(&{})", names::var(*var)),
            Expr::Suspend => "suspend().await".to_owned(),
            Expr::Mark(number) => format!("mark({number})"),
            Expr::Block(None, block) => self.braces(block, depth),
            Expr::Block(Some(label), block) => format!("'l{label}: {}", self.braces(block, depth)),
            Expr::If(condition, then, or_else) => {
                let condition = self.condition(condition, depth);
                let then = self.braces(then, depth);
                format!("if {condition} {then}{}", self.or_else(or_else, depth))
            }
            Expr::IfLet { pattern, scrutinee, then, or_else } => {
                let pattern = self.pattern(pattern);
                let scrutinee = self.head(scrutinee, depth);
                let then = self.braces(then, depth);
                format!("if let {pattern} = {scrutinee} {then}{}", self.or_else(or_else, depth))
            }
            Expr::Match(scrutinee, arms) => {
                let mut text = format!("match {} {{\n", self.head(scrutinee, depth));
                for arm in arms {
                    let guard = match &arm.guard {
                        Some(guard) => format!(" if {}", self.condition(guard, depth + 1)),
                        None => String::new(),
                    };
                    let pattern = self.pattern(&arm.pattern);
                    let body = self.braces(&arm.body, depth + 1);
                    text += &format!("{}{pattern}{guard} => {body}\n", indent(depth + 1));
                }
                text + &indent(depth) + "}"
            }
            Expr::Loop(a_loop) if !a_loop.has_counter() => self.a_loop(a_loop, depth),
            Expr::Loop(a_loop) => {
                let inner = indent(depth + 1);
                format!(
                    "{{\n{}{inner}{}\n{}}}",
                    counter(expr, depth + 1),
                    self.a_loop(a_loop, depth + 1),
                    indent(depth)
                )
            }
            Expr::Return(value) => self.exit("return", value, depth),
            Expr::Break(label, value) => self.exit(&format!("break 'l{label}"), value, depth),
            Expr::Continue(label) => format!("continue 'l{label}"),
            Expr::Question(value, _) => format!("{}?", self.postfix(value, depth)),
            Expr::Own(kind, of, values) => self.own(*kind, of, values, depth),
            Expr::Key(number, value) => {
                self.list_around("Key(", &[number.to_string()], &[value], &[], ")", depth)
            }
            Expr::Convert(conversion, value) => self.convert(conversion, value, depth),
            Expr::Method(method) => self.method(method, depth),
            Expr::BoxedFn(closure) => self.boxed_fn(closure, depth),
            Expr::CallBoxedFn { place, .. } => format!("({})()", self.place(place)),
        }
    }

    fn exit(&self, how: &str, value: &Expr, depth: usize) -> String {
        match value {
            Expr::Unit => how.to_owned(),
            value => format!("{how} {}", self.postfix(value, depth)),
        }
    }

    fn or_else(&self, block: &Block, depth: usize) -> String {
        if block.statements.is_empty() && block.tail.is_none() {
            return String::new();
        }
        format!(" else {}", self.braces(block, depth))
    }

    /// An expression that something is appended to.
    fn postfix(&self, expr: &Expr, depth: usize) -> String {
        let text = self.expr(expr, depth);
        if expr.is_block_like() { format!("({text})") } else { text }
    }

    /// An expression before an opening brace.
    fn head(&self, expr: &Expr, depth: usize) -> String {
        let text = self.expr(expr, depth);
        if expr.is_block_like() || matches!(expr, Expr::Struct(..)) {
            format!("({text})")
        } else {
            text
        }
    }

    fn a_struct(&self, ty: usize, fields: &[Expr], depth: usize) -> String {
        let definition = &self.program.types[ty];
        debug_assert!(matches!(definition.shape, Shape::Struct(_)));
        let tag = !matches!(definition.destructor, Destructor::None);
        let name = names::user(self.program, ty);
        let at = |depth| {
            let mut parts: Vec<_> = fields
                .iter()
                .enumerate()
                .map(|(index, field)| {
                    format!("{}: {}", names::field(index), self.expr(field, depth))
                })
                .collect();
            if tag {
                parts.push("tag: Tag::new()".to_owned());
            }
            parts
        };
        let line = at(depth).join(", ");
        if line.is_empty() {
            return format!("{name} {{}}");
        }
        if !line.contains('\n') && 4 * depth + name.len() + line.len() < WIDTH - 40 {
            return format!("{name} {{ {line} }}");
        }
        let lines: String =
            at(depth + 1).iter().map(|part| format!("{}{part},\n", indent(depth + 1))).collect();
        format!("{name} {{\n{lines}{}}}", indent(depth))
    }

    fn condition(&self, condition: &Condition, depth: usize) -> String {
        match condition {
            Condition::Is(holds) => format!("yes({holds})"),
            Condition::Round(label, round) => format!("yes(i{label} == {round})"),
            Condition::Probe(temporary, holds) => {
                format!("probe(&{}, {holds})", self.expr(temporary, depth))
            }
            Condition::IsNone(var) => format!("{}.is_none()", names::var(*var)),
        }
    }

    fn a_loop(&self, a_loop: &Loop, depth: usize) -> String {
        let Loop { label, rounds, .. } = a_loop;
        let head = match &a_loop.kind {
            LoopKind::For => format!("for i{label} in 1..={rounds}"),
            LoopKind::While(None) => format!("while tick(&mut i{label}, {rounds})"),
            LoopKind::While(Some(temporary)) => format!(
                "while probe(&{}, tick(&mut i{label}, {rounds}))",
                self.expr(temporary, depth)
            ),
            LoopKind::WhileLet(pattern, scrutinee) => {
                let pattern = self.pattern(pattern);
                format!("while let {pattern} = {}", self.head(scrutinee, depth))
            }
            LoopKind::Over(pattern, source) => {
                format!("for {} in {}", self.pattern(pattern), self.head(source, depth))
            }
            LoopKind::Loop(value) => {
                let out = self.exit(&format!("break 'l{label}"), value, depth + 2);
                let (one, two) = (indent(depth + 1), indent(depth + 2));
                return format!(
                    "'l{label}: loop {{\n{one}if !tick(&mut i{label}, {rounds}) {{\n{two}{out};\n\
                     {one}}}\n{}{}}}",
                    self.lines(&a_loop.body, depth + 1),
                    indent(depth)
                );
            }
        };
        format!("'l{label}: {head} {}", self.braces(&a_loop.body, depth))
    }

    fn async_block(&self, head: &str, block: &AsyncBlock, depth: usize) -> String {
        let captures = block.captures.iter().map(|(var, _)| var);
        format!("{head} {}", self.with_touches(captures, &block.body, depth))
    }

    /// A block that touches what it captures first, so that all of it is captured, in this order.
    fn with_touches<'a>(
        &self,
        captures: impl Iterator<Item = &'a Var>,
        body: &Block,
        depth: usize,
    ) -> String {
        let touch = |var: &Var| format!("{}touch(&{});\n", indent(depth + 1), names::var(*var));
        let lines = captures.map(touch).collect::<String>() + &self.lines(body, depth + 1);
        if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}{}}}", indent(depth)) }
    }
}

pub fn indent(depth: usize) -> String {
    "    ".repeat(depth)
}

/// The counter of a loop, which stands before its statement.
fn counter(expr: &Expr, depth: usize) -> String {
    match expr {
        Expr::Loop(a_loop) if a_loop.has_counter() => {
            format!("{}let mut i{} = 0;\n", indent(depth), a_loop.label)
        }
        _ => String::new(),
    }
}
