//! Where the entries of a node are that dies.

use super::{Handle, NodeRef, marker};

impl<K, V, NodeType> Handle<NodeRef<marker::Dying, K, V, NodeType>, marker::KV> {
    /// The places of the key and of the value. Both may be in use by their destructors.
    #[inline]
    pub(in crate::collections::btree) fn key_val_places(&self) -> (*mut K, *mut V) {
        let leaf = NodeRef::as_leaf_ptr(&self.node);
        // SAFETY: the node is there, and has as many entries.
        unsafe {
            let keys = (&raw mut (*leaf).keys).cast::<K>();
            let vals = (&raw mut (*leaf).vals).cast::<V>();
            (keys.add(self.idx), vals.add(self.idx))
        }
    }
}
