import Domain
import Engine
import Evaluation

// The engine's words in the coordinator's.

enum AnswerStop {
    /// Whether the path's answer is complete.
    /// - Parameters:
    ///   - openBox: the end of the path's text, if a box is open in it.
    ///   - block: the bytes of the block being written.
    static func isReached(_ openBox: [UInt8], _ block: [UInt8]) -> Bool {
        // A box closes with a brace; everything else need not be looked at.
        guard block.last == UInt8(ascii: "}") || block.contains(UInt8(ascii: "}")) else { return false }
        return AnswerExtractor.hasClosedBox(openBox.isEmpty ? block : openBox + block)
    }
}

extension GeneratedBlock.Finish {
    var reason: FinishReason {
        switch self {
        case .length: .length
        case .endToken: .endToken
        case .stopString: .step
        case .custom: .answer
        case .contextFull: .contextFull
        }
    }
}

extension EngineEvent {
    /// Tokens that the model has written for the request.
    var writtenTokens: Int {
        switch self {
        case .generated(_, let block, _): block.tokens.count
        case .failed(_, .cancelled(let written)): written
        case .scored, .failed: 0
        }
    }
}

extension EngineError {
    var failureCode: FailureCode {
        switch self {
        case .contextTooLong: .contextTooLong
        case .refused(.cacheTooSmall): .cacheTooSmall
        case .logitsNotFinite: .nonFinite
        case .invalidOption, .tokenOutsideVocabulary, .refused: .invalidOrder
        case .modelFileChanged, .cancelled, .shutDown, .kernels, .cannotStartThread, .cannotAllocate: .draining
        }
    }
}
