// Scores a block of tokens with llama.cpp as `a1 bench engine` does with A1: logits after every token, of which the
// log-probability of the next is taken. A JSON line with the tokens a second, for engine_peer.py --score-program.
//
//     llama_score MODEL.gguf TOKENS THREADS
//
// Built against a llama.cpp with static libraries (engine_peer.py has how that is built; with -DBUILD_SHARED_LIBS=OFF):
//
//     clang++ -O3 -march=native -ffast-math -fveclib=libmvec llama_score.cpp -o llama_score \
//         -I LLAMA/include -I LLAMA/ggml/include \
//         BUILD/src/libllama.a BUILD/ggml/src/libggml.a BUILD/ggml/src/libggml-cpu.a BUILD/ggml/src/libggml-base.a \
//         -lpthread -ldl

#include "llama.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

// Of token `chosen`, among `count` logits.
static float log_probability(const float *logits, int32_t count, llama_token chosen) {
    float top = logits[0];
    for (int32_t i = 1; i < count; i++) top = std::max(top, logits[i]);
    float sum = 0;
    for (int32_t i = 0; i < count; i++) sum += std::exp(logits[i] - top);
    return logits[chosen] - top - std::log(sum);
}

// The mean log-probability of tokens 1 to `tokens.size() - 1`.
static double score(llama_context *context, const std::vector<llama_token> &tokens, int threads) {
    const int32_t count = (int32_t)tokens.size() - 1;
    const int32_t vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(llama_get_model(context)));
    llama_memory_clear(llama_get_memory(context), true);
    llama_batch batch = llama_batch_init(count, 0, 1);
    batch.n_tokens = count;
    for (int32_t i = 0; i < count; i++) {
        batch.token[i] = tokens[i];
        batch.pos[i] = i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = 1;
    }
    if (llama_decode(context, batch) != 0) {
        std::fprintf(stderr, "llama_score: the block was not computed\n");
        std::exit(1);
    }
    std::vector<float> values(count);
    const float *logits = llama_get_logits(context);
    std::vector<std::thread> others;
    const auto part = [&](int32_t first) {
        for (int32_t i = first; i < count; i += threads)
            values[i] = log_probability(logits + (size_t)i * vocabulary, vocabulary, tokens[i + 1]);
    };
    for (int32_t first = 1; first < threads; first++) others.emplace_back(part, first);
    part(0);
    for (auto &thread : others) thread.join();
    llama_batch_free(batch);
    double sum = 0;
    for (float value : values) sum += value;
    return sum / count;
}

int main(int count, char **words) {
    const int32_t length = count == 4 ? std::atoi(words[2]) : 0;
    const int threads = count == 4 ? std::atoi(words[3]) : 0;
    if (length < 1 || threads < 1) {
        std::fprintf(stderr, "use: llama_score MODEL.gguf TOKENS THREADS\n");
        return 64;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_backend_init();
    llama_model *model = llama_model_load_from_file(words[1], llama_model_default_params());
    llama_context_params settings = llama_context_default_params();
    settings.n_ctx = (uint32_t)length + 256;
    settings.n_batch = settings.n_ubatch = (uint32_t)std::max(length, 512);
    settings.n_threads = settings.n_threads_batch = threads;
    llama_context *context = model ? llama_init_from_model(model, settings) : nullptr;
    if (!context) {
        std::fprintf(stderr, "llama_score: %s could not be loaded\n", words[1]);
        return 66;
    }
    const int32_t vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    std::vector<llama_token> tokens;
    for (int64_t i = 0; i <= length; i++) tokens.push_back((llama_token)((i * 7919 + 1000) % (vocabulary - 1000)));
    score(context, tokens, threads);
    const auto begin = std::chrono::steady_clock::now();
    const double mean = score(context, tokens, threads);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    std::printf("{\"tokens\":%d,\"threads\":%d,\"seconds\":%.6f,\"tokens_per_second\":%.3f,\"mean_logprob\":%.6f}\n",
                length, threads, taken.count(), length / taken.count(), mean);
    llama_free(context);
    llama_model_free(model);
    llama_backend_free();
}
