import Domain

/// A value for each role.
struct RolePair<Value: Sendable>: Sendable {
    var draft: Value
    var target: Value

    init(_ value: Value) {
        draft = value
        target = value
    }

    /// Changes in place, so that a queue behind it is not copied.
    subscript(role: Role) -> Value {
        get {
            switch role {
            case .draft: draft
            case .target: target
            }
        }
        _modify {
            switch role {
            case .draft: yield &draft
            case .target: yield &target
            }
        }
    }
}
