//! What owns values on the heap: how it is made, changed and called.

use super::code::{Writer, indent};
use super::names;
use crate::program::{BoxedFn, Conversion, Effect, Expr, Form, Method, Owning, Ty};

impl Writer<'_> {
    pub fn own(&self, kind: Owning, of: &Ty, values: &[Expr], depth: usize) -> String {
        let values: Vec<_> = values.iter().collect();
        if values.is_empty() {
            return self.empty(kind, of);
        }
        let head = names::head(kind);
        let (open, close) = match kind {
            Owning::PinBox => ("Box::pin(".to_owned(), ")"),
            Owning::Vec => ("vec![".to_owned(), "]"),
            Owning::Slice => ("vec![".to_owned(), "].into_boxed_slice()"),
            Owning::RcSlice => ("Rc::<[_]>::from(vec![".to_owned(), "])"),
            Owning::VecDeque => ("deque([".to_owned(), "])"),
            Owning::List | Owning::Chain | Owning::Tree => {
                (format!("{}([", head.to_lowercase()), "])")
            }
            Owning::OnceCell => ("once_cell(".to_owned(), ")"),
            Owning::OnceLock => ("once_lock(".to_owned(), ")"),
            kind if kind.has_one() => (format!("{head}::new("), ")"),
            _ => (format!("{head}::from(["), "])"),
        };
        self.list(&open, &values, close, depth)
    }

    /// An owner of nothing, whose type cannot be inferred.
    fn empty(&self, kind: Owning, of: &Ty) -> String {
        let head = names::head(kind);
        let arguments = names::arguments(self.program, kind, of);
        match kind {
            Owning::Slice => format!("Vec::<{arguments}>::new().into_boxed_slice()"),
            Owning::RcSlice => format!("Rc::<[{arguments}]>::from(Vec::new())"),
            Owning::List | Owning::Chain | Owning::Tree => format!("{head}::<{arguments}>::None"),
            _ => format!("{head}::<{arguments}>::new()"),
        }
    }

    pub fn convert(&self, conversion: &Conversion, value: &Expr, depth: usize) -> String {
        match conversion {
            Conversion::IntoIter => self.call("IntoIterator::into_iter", &[value], depth),
            Conversion::IntoSlice => self.call("Vec::into_boxed_slice", &[value], depth),
            Conversion::FromCell(Owning::Mutex) => {
                format!("{}.unwrap()", self.call("Mutex::into_inner", &[value], depth))
            }
            Conversion::FromCell(kind) | Conversion::FromShared(kind) => {
                self.call(&format!("{}::into_inner", names::head(*kind)), &[value], depth)
            }
            Conversion::Unsize(ty) => {
                let ty = names::ty(self.program, ty);
                format!("({} as {ty})", self.expr(value, depth))
            }
        }
    }

    pub fn method(&self, method: &Method, depth: usize) -> String {
        let place = self.place(&method.place);
        let arguments: Vec<_> = method.arguments.iter().collect();
        let mut before = Vec::new();
        let open = match method.form {
            Form::Method(name) => {
                self.makes_mutable(method.place.var);
                if place.starts_with('*') {
                    format!("({place}).{name}(")
                } else {
                    format!("{place}.{name}(")
                }
            }
            Form::Function(name) => {
                self.makes_mutable(method.place.var);
                before.push(format!("&mut {place}"));
                format!("{name}(")
            }
            Form::Reader(name) => {
                before.push(format!("&{place}"));
                format!("{name}(")
            }
        };
        match method.effect {
            Effect::Remove(number)
            | Effect::SwapRemove(number)
            | Effect::Truncate(number)
            | Effect::Drain(number) => before.push(number.to_string()),
            _ => (),
        }
        self.list_around(&open, &before, &arguments, &[], ")", depth)
    }

    pub fn boxed_fn(&self, closure: &BoxedFn, depth: usize) -> String {
        let inner = indent(depth + 1);
        let mut lines = String::new();
        for var in &closure.captures {
            lines += &format!("{inner}touch(&{});\n", names::var(*var));
        }
        if closure.local {
            lines += &format!("{inner}let local = Graceful::new(1);\n");
        }
        for var in &closure.consumed {
            lines += &format!("{inner}consume({});\n", names::var(*var));
        }
        let ty = names::ty(self.program, &Ty::BoxedFn { once: closure.once });
        format!("(Box::new(move || {{\n{lines}{}}}) as {ty})", indent(depth))
    }
}
