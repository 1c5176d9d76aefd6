//! Names of variables, types and fields, and patterns.

use crate::program::{Destructor, Pattern, Program, Projection, Shape, Ty, Var, Variants};

pub fn var(var: Var) -> String {
    letter(var).unwrap_or_else(|| format!("v{var}"))
}

pub fn field(index: usize) -> String {
    letter(index).unwrap_or_else(|| format!("v{index}"))
}

fn letter(index: usize) -> Option<String> {
    let letter = b'a' + u8::try_from(index).ok().filter(|index| *index < 26)?;
    Some(char::from(letter).to_string())
}

pub fn user(program: &Program, ty: usize) -> String {
    match program.types[ty].shape {
        Shape::Struct(_) => format!("S{ty}"),
        Shape::Enum(_) => format!("E{ty}"),
    }
}

/// Whether the variants of an enum have a tag, because it has a destructor.
pub fn has_tag(program: &Program, variants: &Variants) -> bool {
    matches!(variants, Variants::User(ty)
        if !matches!(program.types[*ty].destructor, Destructor::None))
}

pub fn variant(program: &Program, variants: &Variants, index: usize) -> String {
    match variants {
        Variants::Option(_) => ["None", "Some"][index].to_owned(),
        Variants::Result(..) => ["Ok", "Err"][index].to_owned(),
        Variants::User(ty) => {
            format!("{}::{}", user(program, *ty), field(index).to_uppercase())
        }
    }
}

pub fn ty(program: &Program, of: &Ty) -> String {
    match of {
        Ty::Unit => "()".to_owned(),
        Ty::Plain => "Plain".to_owned(),
        Ty::Graceful => "Graceful".to_owned(),
        Ty::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| ty(program, part)).collect();
            tuple(&parts)
        }
        Ty::Array(element, length) => format!("[{}; {length}]", ty(program, element)),
        Ty::Option(payload) => format!("Option<{}>", ty(program, payload)),
        Ty::Result(ok, error) => {
            format!("Result<{}, {}>", ty(program, ok), ty(program, error))
        }
        Ty::Wrap(value) => format!("Wrap<{}>", ty(program, value)),
        Ty::Guard(value) => format!("Guard<{}>", ty(program, value)),
        Ty::User(number) => user(program, *number),
        Ty::Param => "T".to_owned(),
        Ty::RefMut(target) => format!("&mut {}", ty(program, target)),
        Ty::Future(..) | Ty::Generator(..) => unreachable!("the type of a future has no name"),
    }
}

pub fn tuple(parts: &[String]) -> String {
    match parts {
        [one] => format!("({one},)"),
        _ => format!("({})", parts.join(", ")),
    }
}

pub fn projection(of: &Projection) -> String {
    match of {
        Projection::Field(index) => format!(".{index}"),
        Projection::Named(index) => format!(".{}", field(*index)),
        Projection::Index(index) => format!("[{index}]"),
        Projection::OpaqueIndex(index) => format!("[at({index})]"),
    }
}

/// A pattern, in which `bind` writes the variables.
pub fn pattern(program: &Program, of: &Pattern, bind: &dyn Fn(Var) -> String) -> String {
    let all = |parts: &[Pattern]| -> Vec<String> {
        parts.iter().map(|part| pattern(program, part, bind)).collect()
    };
    match of {
        Pattern::Wild => "_".to_owned(),
        Pattern::Bind(bound) => bind(*bound),
        Pattern::Ref(bound) => format!("ref {}", var(*bound)),
        Pattern::Tuple(parts) => tuple(&all(parts)),
        Pattern::Struct(ty, parts) => {
            let parts: Vec<_> = all(parts)
                .into_iter()
                .enumerate()
                .map(|(index, part)| format!("{}: {part}", field(index)))
                .collect();
            format!("{} {{ {} }}", user(program, *ty), parts.join(", "))
        }
        Pattern::Array(parts) => format!("[{}]", all(parts).join(", ")),
        Pattern::Wrap(part) => format!("Wrap({})", pattern(program, part, bind)),
        Pattern::Variant(variants, index, parts) => {
            let name = variant(program, variants, *index);
            let mut parts = all(parts);
            parts.extend(has_tag(program, variants).then(|| "_".to_owned()));
            if parts.is_empty() { name } else { format!("{name}({})", parts.join(", ")) }
        }
    }
}
