import Batching
import Tensors

/// Why a request failed, or an engine could not be made.
public enum EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidOption(name: String, value: String, rule: String)
    /// The kernels or the memory that the passes need are not there.
    case kernels(TensorError)
    case cannotStartThread(code: Int32)
    case cannotAllocate(kvCacheBytes: Int)
    case refused(BatchRefusal)
    case tokenOutsideVocabulary(token: Int32, vocabularySize: Int)
    case contextTooLong(tokens: Int, limit: Int)
    /// The model gave a logit that is not a number or not finite.
    case logitsNotFinite(position: Int)
    /// What was computed from it since is worth nothing.
    case modelFileChanged(MappedFileError)
    /// So many tokens had been written.
    case cancelled(writtenTokens: Int)
    case shutDown

    public var description: String {
        switch self {
        case .invalidOption(let name, let value, let rule):
            "option '\(name)' is \(value); it must be \(rule)"
        case .kernels(let error):
            error.description
        case .cannotStartThread(let code):
            "cannot start the compute thread (error \(code)); free memory or raise the limit of threads"
        case .cannotAllocate(let kvCacheBytes):
            "the system does not give \(kvCacheBytes) bytes for keys and values; ask for less "
                + "(kv_memory_mib of a model, --kv-memory of a tool)"
        case .refused(let refusal):
            refusal.description
        case .tokenOutsideVocabulary(let token, let vocabularySize):
            "token \(token) is not in the model's vocabulary of \(vocabularySize); "
                + "were the ids made for another model?"
        case .contextTooLong(let tokens, let limit):
            "the request has \(tokens) tokens, but one sequence holds at most \(limit); shorten the context, "
                + "or give the cache more memory if the model's own context is longer"
        case .logitsNotFinite(let position):
            "the logits after position \(position) are not finite; the model file is damaged"
        case .modelFileChanged(let error):
            error.description
        case .cancelled:
            "the request was cancelled"
        case .shutDown:
            "the engine was shut down"
        }
    }
}
