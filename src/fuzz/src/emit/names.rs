//! Names of variables, types and fields, and patterns.

use crate::program::{Destructor, Owning, Pattern, Program, Projection, Shape, Ty, Var, Variants};

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
        Ty::Owning(kind, of) => owning(*kind, &arguments(program, *kind, of)),
        Ty::Iter(kind, of) => {
            format!("{}::IntoIter<{}>", module(*kind), arguments(program, *kind, of))
        }
        Ty::Weak(Owning::Rc, of) => format!("std::rc::Weak<{}>", ty(program, of)),
        Ty::Weak(_, of) => format!("std::sync::Weak<{}>", ty(program, of)),
        Ty::Key(value) => format!("Key<{}>", ty(program, value)),
        Ty::Dyn => "dyn Loud".to_owned(),
        Ty::DynFuture(output) => format!("dyn Future<Output = {}>", ty(program, output)),
        Ty::BoxedFn { once: true } => "Box<dyn FnOnce()>".to_owned(),
        Ty::BoxedFn { once: false } => "Box<dyn Fn()>".to_owned(),
        Ty::RefMut(target) => format!("&mut {}", ty(program, target)),
        Ty::Future(..) | Ty::Generator(..) | Ty::Started(_) => {
            unreachable!("the type of a future has no name")
        }
    }
}

/// The type arguments of an owner: a map takes two.
pub fn arguments(program: &Program, kind: Owning, of: &Ty) -> String {
    match (kind, of) {
        (Owning::BTreeMap | Owning::HashMap, Ty::Tuple(parts)) => {
            parts.iter().map(|part| ty(program, part)).collect::<Vec<_>>().join(", ")
        }
        _ => ty(program, of),
    }
}

fn owning(kind: Owning, of: &str) -> String {
    match kind {
        Owning::PinBox => format!("Pin<Box<{of}>>"),
        Owning::Slice => format!("Box<[{of}]>"),
        Owning::RcSlice => format!("Rc<[{of}]>"),
        kind => format!("{}<{of}>", head(kind)),
    }
}

/// The name of an owner without its type arguments.
pub fn head(kind: Owning) -> &'static str {
    match kind {
        Owning::Box | Owning::PinBox | Owning::Slice => "Box",
        Owning::Rc | Owning::RcSlice => "Rc",
        Owning::Arc => "Arc",
        Owning::RefCell => "RefCell",
        Owning::Mutex => "Mutex",
        Owning::Cell => "Cell",
        Owning::OnceCell => "OnceCell",
        Owning::OnceLock => "OnceLock",
        Owning::Vec => "Vec",
        Owning::VecDeque => "VecDeque",
        Owning::LinkedList => "LinkedList",
        Owning::BinaryHeap => "BinaryHeap",
        Owning::BTreeSet => "BTreeSet",
        Owning::BTreeMap => "BTreeMap",
        Owning::HashMap => "HashMap",
        Owning::HashSet => "HashSet",
        Owning::List => "List",
        Owning::Chain => "Chain",
        Owning::Tree => "Tree",
    }
}

/// Where the iterator of a collection is.
fn module(kind: Owning) -> &'static str {
    match kind {
        Owning::VecDeque => "std::collections::vec_deque",
        Owning::LinkedList => "std::collections::linked_list",
        Owning::BinaryHeap => "std::collections::binary_heap",
        Owning::BTreeSet => "std::collections::btree_set",
        Owning::BTreeMap => "std::collections::btree_map",
        Owning::HashMap => "std::collections::hash_map",
        Owning::HashSet => "std::collections::hash_set",
        _ => "std::vec",
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
        Projection::Deref => unreachable!("it stands before the place"),
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
