//! Items that the programs with owners need, each only where it is used.

/// The names by which each item is used, and its text.
pub const ITEMS: [(&[&str], &str); 13] = [
    (&["Loud"], LOUD),
    (&["Key"], KEY),
    (&["List", "list("], LIST),
    (&["Chain", "chain("], CHAIN),
    (&["Tree", "tree("], TREE),
    (&["once_cell("], ONCE_CELL),
    (&["once_lock("], ONCE_LOCK),
    (&["deque("], DEQUE),
    (&["remove("], REMOVE),
    (&["swap_remove("], SWAP_REMOVE),
    (&["drain("], DRAIN),
    (&["drained("], DRAINED),
    (&["drained_deque("], DRAINED_DEQUE),
];

const LOUD: &str = "\
trait Loud {
    fn touch(&self) {}
}

impl<T> Loud for T {}
";

const KEY: &str = "\
struct Key<T>(usize, T);

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Key<T> {}

impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
";

const LIST: &str = "\
type List<T> = Option<Box<Node<T>>>;

struct Node<T> {
    value: T,
    next: List<T>,
}

fn list<T, const N: usize>(values: [T; N]) -> List<T> {
    let push = |next, value| Some(Box::new(Node { value, next }));
    values.into_iter().rev().fold(None, push)
}
";

const CHAIN: &str = "\
type Chain<T> = Option<Box<Link<T>>>;

struct Link<T> {
    value: T,
    next: Chain<T>,
    tag: Tag,
}

impl<T> Drop for Link<T> {
    fn drop(&mut self) {
        self.tag.sync();
    }
}

impl<T> AsyncDrop for Link<T> {
    async fn drop(self: Pin<&mut Self>) {
        self.tag.begin();
        suspend().await;
        self.tag.end();
    }
}

fn chain<T, const N: usize>(values: [T; N]) -> Chain<T> {
    let push = |next, value| Some(Box::new(Link { value, next, tag: Tag::new() }));
    values.into_iter().rev().fold(None, push)
}
";

const TREE: &str = "\
type Tree<T> = Option<Branch<T>>;

struct Branch<T> {
    value: T,
    children: Vec<Branch<T>>,
}

/// A tree in which the parent of a value is where it would be in a heap.
fn tree<T, const N: usize>(values: [T; N]) -> Tree<T> {
    let leaf = |value| Branch { value, children: Vec::new() };
    let mut branches: Vec<_> = values.into_iter().map(leaf).collect();
    for index in (1..N).rev() {
        let child = branches.pop().unwrap();
        branches[(index - 1) / 2].children.insert(0, child);
    }
    branches.pop()
}
";

// `OnceCell::from` may be taken for the conversion of a type to itself.
const ONCE_CELL: &str = "\
fn once_cell<T>(value: T) -> OnceCell<T> {
    OnceCell::from(value)
}
";

const ONCE_LOCK: &str = "\
fn once_lock<T>(value: T) -> OnceLock<T> {
    OnceLock::from(value)
}
";

const DEQUE: &str = "\
/// A deque whose elements go round the end of its buffer.
fn deque<T, const N: usize>(values: [T; N]) -> VecDeque<T> {
    let mut deque = VecDeque::from(values);
    deque.rotate_left(N / 2);
    for _ in 0..N / 2 {
        let last = deque.pop_back().unwrap();
        deque.push_front(last);
    }
    deque
}
";

const REMOVE: &str = "\
fn remove<T>(values: &mut Vec<T>, index: usize) -> Option<T> {
    (index < values.len()).then(|| values.remove(index))
}
";

const SWAP_REMOVE: &str = "\
fn swap_remove<T>(values: &mut Vec<T>, index: usize) -> Option<T> {
    (index < values.len()).then(|| values.swap_remove(index))
}
";

const DRAIN: &str = "\
fn drain<T>(values: &mut Vec<T>, count: usize) -> Vec<T> {
    values.drain(..count.min(values.len())).collect()
}
";

const DRAINED: &str = "\
fn drained<T>(values: &mut Vec<T>, count: usize) -> std::vec::Drain<'_, T> {
    values.drain(..count.min(values.len()))
}
";

const DRAINED_DEQUE: &str = "\
fn drained_deque<T>(
    values: &mut VecDeque<T>,
    count: usize,
) -> std::collections::vec_deque::Drain<'_, T> {
    values.drain(..count.min(values.len()))
}
";
