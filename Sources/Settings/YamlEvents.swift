// CYaml is libyaml, a target inside the package Yams. Yams' own `compose` cannot be used here: it resolves aliases
// and hashes keys while it reads, so that a few hundred bytes of nested aliases cost gigabytes before anyone can
// look; and it recurses as deep as the file says. The event stream below it shows every alias before it is followed.
internal import CYaml

/// libyaml's event stream with everything refused that a configuration has no use for: aliases, anchors, tags.
final class YamlEvents {
    enum Event {
        case streamEnd
        case documentStart(Mark)
        case documentEnd
        case scalar(YamlScalar)
        case sequenceStart(Mark)
        case sequenceEnd
        case mappingStart(Mark)
        case mappingEnd
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    /// On the heap because libyaml keeps pointers into its own structure.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// - Parameter bytes: must stay valid as long as the stream is read.
    init(bytes: UnsafeBufferPointer<UInt8>) throws(SettingsProblem) {
        self.bytes = bytes
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw SettingsProblem(nil, "no memory to read it")
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(SettingsProblem) -> Event {
        var event = yaml_event_t()
        repeat {
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        } while event.type == YAML_STREAM_START_EVENT
        defer { yaml_event_delete(&event) }
        let mark = Mark(line: event.start_mark.line + 1, column: event.start_mark.column + 1)
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart(mark)
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT:
            throw SettingsProblem(mark, "aliases (*name) are not read in a configuration: write the value out")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuse(anchor: scalar.anchor, tag: scalar.tag, mark)
            let content = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(YamlScalar(
                text: String(decoding: content, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
                mark: mark))
        case YAML_SEQUENCE_START_EVENT:
            try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, mark)
            return .sequenceStart(mark)
        case YAML_MAPPING_START_EVENT:
            try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, mark)
            return .mappingStart(mark)
        case YAML_STREAM_END_EVENT: return .streamEnd
        default: preconditionFailure("libyaml knows no other event")
        }
    }

    private func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, _ mark: Mark
    ) throws(SettingsProblem) {
        if let anchor {
            let name = String(cString: anchor).shortened
            throw SettingsProblem(mark, "anchors (&\(name)) are not read in a configuration: write the value out")
        }
        if let tag {
            let name = String(cString: tag).shortened
            throw SettingsProblem(mark, "tags (\(name)) are not read in a configuration: remove it")
        }
    }

    private func failure() -> SettingsProblem {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it is not YAML"
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            return SettingsProblem(mark(ofByte: parser.pointee.problem_offset), "not a text in UTF-8: \(problem)")
        case YAML_MEMORY_ERROR:
            return SettingsProblem(nil, "no memory to read it")
        default:
            let place = parser.pointee.problem_mark
            let mark = Mark(line: place.line + 1, column: place.column + 1)
            // libyaml's own bound is far above ours; it only speaks first when it looks ahead for a key.
            if problem.hasPrefix("Maximum nesting level") { return SettingsProblem(mark, "nested too deep") }
            let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
            let isTab = place.index < bytes.count && bytes[place.index] == UInt8(ascii: "\t")
            let advice = isTab ? ": YAML is indented with spaces, not tabs" : ""
            return SettingsProblem(mark, "not YAML: \(problem)\(context)\(advice)")
        }
    }

    private func mark(ofByte offset: Int) -> Mark {
        var mark = Mark(line: 1, column: 1)
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                mark = Mark(line: mark.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                mark.column += 1
            }
        }
        return mark
    }
}
