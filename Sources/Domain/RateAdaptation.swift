/// How the rate in force follows the share of blocks that were taken over so far: ALGORITHM.md, section 4.
public enum RateAdaptation: Sendable, Hashable, CustomStringConvertible {
    /// `band` with smoothed p-values, `off` with those of the paper or a frozen bank.
    case automatic
    /// Free while the share is near r, firm at the edges of a band around it.
    case band
    /// The rate in force is always r.
    case off
    /// Gibbs and Candes, arXiv:2106.00170: `r_{t+1} = r_t + gamma (r - R_t)`. Gamma is above 0.
    case step(Double)

    /// `auto`, `band`, `off`, or a gamma above 0 and at most 1; 0 is `off`.
    public init?(_ text: String) {
        switch text {
        case "auto": self = .automatic
        case "band": self = .band
        case "off": self = .off
        default:
            guard let gamma = Double(text), (0...1).contains(gamma) else { return nil }
            self = gamma == 0 ? .off : .step(gamma)
        }
    }

    /// What `automatic` means for a run; the others are themselves.
    public func resolved(_ pValue: PValueRule, isFrozen: Bool) -> RateAdaptation {
        guard self == .automatic else { return self }
        return pValue == .smoothed && !isFrozen ? .band : .off
    }

    /// What `init` takes.
    public static let allowed = "auto, band, off, or a step size of 0 to 1"

    public var description: String {
        switch self {
        case .automatic: "auto"
        case .band: "band"
        case .off: "off"
        case .step(let gamma): "\(gamma)"
        }
    }
}

extension RateAdaptation: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = RateAdaptation(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is none of \(Self.allowed)"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What happens when the scores of a run have drifted.
public enum DriftResponse: String, Sendable, Codable, CaseIterable {
    /// Status, logs and results say so; nothing else changes.
    case tell
    /// The scores of all strata are forgotten; ranking begins anew.
    case restart
    /// From now on every stratum is ranked among its latest scores only.
    case window
}
