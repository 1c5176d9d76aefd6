//! A crate that awaits no drop.
//@ edition: 2024

pub async fn swallow<T>(_value: T) {}

pub async fn give_back<T>(value: T) -> T {
    value
}

pub async fn keep<T>(value: T) -> std::mem::ManuallyDrop<T> {
    std::mem::ManuallyDrop::new(value)
}
