//! Where the first entry of a tree is that dies.

use super::{Handle, LazyLeafRange, NodeRef, marker, ptr};

impl<K, V> LazyLeafRange<marker::Dying, K, V> {
    /// The entry that `deallocating_next_unchecked` would return. It stays in the tree.
    ///
    /// # Safety
    ///
    /// There is one.
    pub(in crate::collections::btree) unsafe fn first_kv(
        &mut self,
    ) -> Handle<NodeRef<marker::Dying, K, V, marker::LeafOrInternal>, marker::KV> {
        // SAFETY: the range is not empty, and the copy of its front does not outlive it.
        unsafe {
            let front = self.init_front().unwrap_unchecked();
            ptr::read(front).next_kv().ok().unwrap_unchecked()
        }
    }
}
