import CAllocations

/// Calls of this process so far that took memory from the system's allocator; nil where nobody counts them.
func allocationCount() -> UInt64? { a1_allocations_are_counted() ? a1_allocation_count() : nil }
