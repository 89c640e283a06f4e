import Foundation

/// The forward pass once more, plainly: double precision, no cache, no batch, no kernels; written from the
/// papers and the models' published code, not from the module under test.
struct PlainTransformer {
    private let model: RandomModel
    private let weights: [String: [Double]]

    init(_ model: RandomModel) {
        self.model = model
        weights = Dictionary(uniqueKeysWithValues: model.tensors().map { ($0.name, $0.values.map(Double.init)) })
    }

    /// Logits after each token.
    func logits(_ tokens: [Int32]) -> [[Double]] {
        let embeddings = weights["token_embd.weight"]!
        let scale = model.architecture == "gemma3" ? Double(model.width).squareRoot() : 1
        var stream = tokens.map { token in
            (0..<model.width).map { embeddings[Int(token) * model.width + $0] * scale }
        }
        for layer in 0..<model.layers {
            add(attention(layer, stream), "blk.\(layer).post_attention_norm.weight", to: &stream)
            add(feedForward(layer, stream), "blk.\(layer).post_ffw_norm.weight", to: &stream)
        }
        let output = weights[model.isTied ? "token_embd.weight" : "output.weight"]!
        return stream.map { row in
            let logits = multiply(output, normalize(row, weights["output_norm.weight"]!))
            return model.logitCap.map { cap in logits.map { softCap($0, Double(cap)) } } ?? logits
        }
    }

    private func add(_ output: [[Double]], _ norm: String, to stream: inout [[Double]]) {
        for row in stream.indices {
            let part = model.hasOutputNorms ? normalize(output[row], weights[norm]!) : output[row]
            for column in part.indices { stream[row][column] += part[column] }
        }
    }

    private func feedForward(_ layer: Int, _ stream: [[Double]]) -> [[Double]] {
        let prefix = "blk.\(layer).ffn_"
        return stream.map { row in
            let x = normalize(row, weights[prefix + "norm.weight"]!)
            let gate = project(prefix + "gate", x)
            let up = project(prefix + "up", x)
            let inner = zip(gate, up).map { activate($0) * $1 }
            return project(prefix + "down", inner)
        }
    }

    private func activate(_ x: Double) -> Double {
        guard model.architecture == "gemma3" else { return x / (1 + exp(-x)) }
        return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }

    private func attention(_ layer: Int, _ stream: [[Double]]) -> [[Double]] {
        let x = stream.map { normalize($0, weights["blk.\(layer).attn_norm.weight"]!) }
        let queries = heads(layer, "q", x, turned: true)
        let keys = heads(layer, "k", x, turned: true)
        let values = heads(layer, "v", x, turned: false)
        let window = isSliding(layer) ? model.window! : Int.max
        return stream.indices.map { row in
            var joined: [Double] = []
            for head in 0..<model.heads {
                let shared = head / (model.heads / model.keyValueHeads)
                let visible = (0...row).filter { row - $0 < window }
                var scores = visible.map { other in
                    zip(queries[row][head], keys[other][shared]).reduce(0) { $0 + $1.0 * $1.1 }
                        * scoreScale
                }
                if let cap = model.attentionCap { scores = scores.map { softCap($0, Double(cap)) } }
                let sum = scores.reduce(0) { $0 + exp($1) }
                joined += (0..<model.headLength).map { column in
                    zip(scores, visible).reduce(0) { $0 + exp($1.0) / sum * values[$1.1][shared][column] }
                }
            }
            return project("blk.\(layer).attn_output", joined)
        }
    }

    /// Gemma 3's report names the head length for all sizes; its published configurations have 168 for the 27B, which
    /// is its embedding length over its heads.
    private var scoreScale: Double {
        if let scale = model.attentionScale { return Double(scale) }
        let isLargest = model.architecture == "gemma3" && model.layers == 62
        return 1 / (isLargest ? Double(model.width) / Double(model.heads) : Double(model.headLength)).squareRoot()
    }

    private func project(_ name: String, _ x: [Double]) -> [Double] {
        let product = multiply(weights[name + ".weight"]!, x)
        return weights[name + ".bias"].map { bias in zip(product, bias).map { $0 + $1 } } ?? product
    }

    /// `[row][head][number]`
    private func heads(_ layer: Int, _ part: String, _ x: [[Double]], turned: Bool) -> [[[Double]]] {
        let prefix = "blk.\(layer).attn_\(part)"
        return x.enumerated().map { position, row in
            let numbers = project(prefix, row)
            return stride(from: 0, to: numbers.count, by: model.headLength).map { start in
                var head = Array(numbers[start..<start + model.headLength])
                if let norm = weights[prefix + "_norm.weight"] { head = normalize(head, norm) }
                return turned ? turn(head, position, layer) : head
            }
        }
    }

    private func turn(_ head: [Double], _ position: Int, _ layer: Int) -> [Double] {
        var result = head
        let half = head.count / 2
        for pair in 0..<half {
            let base = isSliding(layer) ? 10_000 : Double(model.rotaryBase)
            var angle = Double(position) * pow(base, -2 * Double(pair) / Double(head.count))
            if !isSliding(layer) {
                angle /= weights["rope_freqs.weight"]?[pair] ?? 1
                if model.scalingType != "none" { angle /= Double(model.linearScaling ?? 1) }
            }
            let (a, b) = model.architecture == "llama" ? (2 * pair, 2 * pair + 1) : (pair, pair + half)
            result[a] = head[a] * cos(angle) - head[b] * sin(angle)
            result[b] = head[a] * sin(angle) + head[b] * cos(angle)
        }
        return result
    }

    private func isSliding(_ layer: Int) -> Bool {
        guard model.window != nil else { return false }
        switch model.windowPattern {
        case .array(let layers): return layers.bools?[layer] ?? (layers.integers?[layer] == 1)
        case .uint32(let interval): return (layer + 1) % Int(interval) != 0
        default: return (layer + 1) % 6 != 0
        }
    }

    private func softCap(_ x: Double, _ cap: Double) -> Double { cap * tanh(x / cap) }

    private func multiply(_ matrix: [Double], _ x: [Double]) -> [Double] {
        stride(from: 0, to: matrix.count, by: x.count).map { start in
            x.indices.reduce(0) { $0 + matrix[start + $1] * x[$1] }
        }
    }

    private func normalize(_ x: [Double], _ weight: [Double]) -> [Double] {
        let meanSquare = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
        return zip(x, weight).map { $0 / (meanSquare + Double(RandomModel.epsilon)).squareRoot() * $1 }
    }
}
