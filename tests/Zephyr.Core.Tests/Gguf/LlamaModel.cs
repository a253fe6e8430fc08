using System.Text;

namespace Zephyr.Core.Tests.Gguf;

/// <summary>A GGUF file opened by llama.cpp, on one thread, with keys and values kept in float32.</summary>
internal sealed unsafe class LlamaModel : IDisposable
{
    private readonly LlamaLibrary _library = LlamaLibrary.Instance;
    private readonly nint _model;
    private readonly nint _vocabulary;

    public LlamaModel(string path)
    {
        var parameters = ((delegate* unmanaged<LlamaModelParameters>)_library.Function("llama_model_default_params"))();
        parameters.GpuLayers = 0;
        parameters.ChecksTensors = 1;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            _model = ((delegate* unmanaged<byte*, LlamaModelParameters, nint>)_library.Function("llama_model_load_from_file"))(name, parameters);
        }

        _model.ShouldNotBe(0, $"llama.cpp does not open {path}");
        _vocabulary = ((delegate* unmanaged<nint, nint>)_library.Function("llama_model_get_vocab"))(_model);
    }

    public int ContextLength => ((delegate* unmanaged<nint, int>)_library.Function("llama_model_n_ctx_train"))(_model);

    public int TokenCount => ((delegate* unmanaged<nint, int>)_library.Function("llama_vocab_n_tokens"))(_vocabulary);

    public string? ChatTemplate
    {
        get
        {
            var text = ((delegate* unmanaged<nint, byte*, byte*>)_library.Function("llama_model_chat_template"))(_model, null);
            return text is null ? null : System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)text);
        }
    }

    /// <summary>Ids of a text, with special tokens written in it taken as such.</summary>
    public int[] Tokenize(string text, bool addSpecial)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var ids = new int[bytes.Length + 8];
        fixed (byte* start = bytes.Length > 0 ? bytes : new byte[1])
        fixed (int* output = ids)
        {
            var count = ((delegate* unmanaged<nint, byte*, int, int*, int, byte, byte, int>)_library.Function("llama_tokenize"))(
                _vocabulary, start, bytes.Length, output, ids.Length, addSpecial ? (byte)1 : (byte)0, 1);
            count.ShouldBeGreaterThanOrEqualTo(0);
            return ids[..count];
        }
    }

    /// <summary>Logits at every position of a text, <c>[position][token]</c>.</summary>
    public float[][] Logits(int[] ids)
    {
        using var session = new Session(_library, _model, ids.Length);
        return session.Take(ids, 0, everywhere: true);
    }

    /// <summary>The likeliest tokens, one after another.</summary>
    public int[] Greedy(int[] prompt, int count)
    {
        using var session = new Session(_library, _model, prompt.Length + count);
        var ids = new List<int>();
        var logits = session.Take(prompt, 0, everywhere: false)[0];
        while (true)
        {
            ids.Add(Array.IndexOf(logits, logits.Max()));
            if (ids.Count == count)
            {
                return [.. ids];
            }

            logits = session.Take([ids[^1]], prompt.Length + ids.Count - 1, everywhere: false)[0];
        }
    }

    public void Dispose() => ((delegate* unmanaged<nint, void>)_library.Function("llama_model_free"))(_model);

    private sealed class Session : IDisposable
    {
        private const int Float32 = 0;
        private readonly LlamaLibrary _library;
        private readonly nint _context;
        private readonly int _vocabSize;

        public Session(LlamaLibrary library, nint model, int length)
        {
            _library = library;
            var parameters = ((delegate* unmanaged<LlamaContextParameters>)library.Function("llama_context_default_params"))();
            parameters.Context = parameters.Batch = parameters.Microbatch = (uint)Math.Max(32, length);
            parameters.Threads = parameters.BatchThreads = 1;
            parameters.FlashAttention = 0;
            parameters.KeyType = parameters.ValueType = Float32;
            _context = ((delegate* unmanaged<nint, LlamaContextParameters, nint>)library.Function("llama_init_from_model"))(model, parameters);
            _context.ShouldNotBe(0);
            var vocabulary = ((delegate* unmanaged<nint, nint>)library.Function("llama_model_get_vocab"))(model);
            _vocabSize = ((delegate* unmanaged<nint, int>)library.Function("llama_vocab_n_tokens"))(vocabulary);
        }

        public float[][] Take(int[] ids, int position, bool everywhere)
        {
            var (positions, counts, wanted) = (new int[ids.Length], new int[ids.Length], new sbyte[ids.Length]);
            var sequences = new nint[ids.Length];
            var sequence = 0;
            for (var i = 0; i < ids.Length; i++)
            {
                (positions[i], counts[i], sequences[i]) = (position + i, 1, (nint)(&sequence));
                wanted[i] = everywhere || i == ids.Length - 1 ? (sbyte)1 : (sbyte)0;
            }

            fixed (int* tokens = ids, places = positions, lengths = counts)
            fixed (nint* owners = sequences)
            fixed (sbyte* outputs = wanted)
            {
                var batch = new LlamaBatch { Count = ids.Length, Tokens = tokens, Positions = places, SequenceCounts = lengths, Sequences = (int**)owners, Logits = outputs };
                ((delegate* unmanaged<nint, LlamaBatch, int>)_library.Function("llama_decode"))(_context, batch).ShouldBe(0);
            }

            var row = (delegate* unmanaged<nint, int, float*>)_library.Function("llama_get_logits_ith");
            return [.. Enumerable.Range(0, ids.Length).Where(i => wanted[i] == 1).Select(i => new ReadOnlySpan<float>(row(_context, i), _vocabSize).ToArray())];
        }

        public void Dispose() => ((delegate* unmanaged<nint, void>)_library.Function("llama_free"))(_context);
    }
}
