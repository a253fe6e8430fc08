using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Zephyr.Core.Gguf;

/// <summary>The keys and values at the start of a GGUF file, in the order in which they were added.</summary>
internal sealed class GgufMetadata
{
    private const uint UInt32 = 4;
    private const uint Int32 = 5;
    private const uint Float32 = 6;
    private const uint Truth = 7;
    private const uint Text = 8;
    private const uint List = 9;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>How many pairs there are.</summary>
    public ulong Count { get; private set; }

    /// <summary>The pairs as the file has them.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Adds a count, size or id.</summary>
    public void Add(string key, uint value)
    {
        Start(key, UInt32);
        WriteUInt32(_bytes, value);
    }

    /// <summary>Adds a number.</summary>
    public void Add(string key, float value)
    {
        Start(key, Float32);
        WriteUInt32(_bytes, BitConverter.SingleToUInt32Bits(value));
    }

    /// <summary>Adds a truth.</summary>
    public void Add(string key, bool value)
    {
        Start(key, Truth);
        _bytes.Write([value ? (byte)1 : (byte)0]);
    }

    /// <summary>Adds a text.</summary>
    public void Add(string key, string value)
    {
        Start(key, Text);
        WriteText(_bytes, value);
    }

    /// <summary>Adds texts.</summary>
    public void Add(string key, IReadOnlyCollection<string> values)
    {
        StartList(key, Text, values.Count);
        foreach (var value in values)
        {
            WriteText(_bytes, value);
        }
    }

    /// <summary>Adds numbers.</summary>
    public void Add(string key, float[] values)
    {
        StartList(key, Float32, values.Length);
        _bytes.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    /// <summary>Adds whole numbers.</summary>
    public void Add(string key, int[] values)
    {
        StartList(key, Int32, values.Length);
        _bytes.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    /// <summary>Writes a text as the format has it: length in bytes, then UTF-8.</summary>
    internal static void WriteText(IBufferWriter<byte> output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteUInt64(output, (ulong)bytes.Length);
        output.Write(bytes);
    }

    /// <summary>Writes a little-endian number.</summary>
    internal static void WriteUInt32(IBufferWriter<byte> output, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        output.Write(bytes);
    }

    /// <summary>Writes a little-endian number.</summary>
    internal static void WriteUInt64(IBufferWriter<byte> output, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        output.Write(bytes);
    }

    private void StartList(string key, uint type, int count)
    {
        Start(key, List);
        WriteUInt32(_bytes, type);
        WriteUInt64(_bytes, (ulong)count);
    }

    private void Start(string key, uint type)
    {
        Count++;
        WriteText(_bytes, key);
        WriteUInt32(_bytes, type);
    }
}
