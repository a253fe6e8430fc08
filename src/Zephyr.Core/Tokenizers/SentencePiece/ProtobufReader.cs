using System.Buffers.Binary;

namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>
/// Reads the wire format of protocol buffers, field by field. Strict: a field that is cut off, of another type than asked for, or of a group
/// is a fault with its place; unknown fields are passed over, as the format demands.
/// </summary>
internal ref struct ProtobufReader
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly long _origin;
    private readonly Func<long, string, Exception> _fault;
    private int _position;
    private int _wireType;

    /// <summary>Starts before the first field.</summary>
    /// <param name="message">The message.</param>
    /// <param name="origin">Where it starts in its file.</param>
    /// <param name="fault">Makes the exceptions.</param>
    public ProtobufReader(ReadOnlySpan<byte> message, long origin, Func<long, string, Exception> fault)
    {
        _message = message;
        _origin = origin;
        _fault = fault;
    }

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Length = 2,
        Fixed32 = 5,
    }

    /// <summary>Where the reader stands in the file.</summary>
    public readonly long Offset => _origin + _position;

    /// <summary>Moves to the next field.</summary>
    /// <returns>Its number, or 0 at the end of the message.</returns>
    public int NextField()
    {
        if (_position == _message.Length)
        {
            return 0;
        }

        var tag = Varint();
        _wireType = (int)(tag & 7);
        return tag >> 3 is > 0 and <= (1 << 29) - 1 and var field ? (int)field : throw Fault($"{tag} is no field; this is no sentencepiece model, or a damaged one");
    }

    /// <summary>The current field as a whole number.</summary>
    public int Integer(string what)
    {
        Expect(WireType.Varint, what);
        return (int)Varint();
    }

    /// <summary>The current field as true or false.</summary>
    public bool Boolean(string what)
    {
        Expect(WireType.Varint, what);
        return Varint() != 0;
    }

    /// <summary>The current field as a number of single precision.</summary>
    public float Single(string what)
    {
        Expect(WireType.Fixed32, what);
        var value = BinaryPrimitives.ReadSingleLittleEndian(Take(4));
        return float.IsFinite(value) ? value : throw Fault($"{what} is not a finite number");
    }

    /// <summary>The current field as bytes.</summary>
    public ReadOnlySpan<byte> Bytes(string what)
    {
        Expect(WireType.Length, what);
        var length = Varint();
        return length <= int.MaxValue ? Take((int)length) : throw Fault($"{what} is cut off");
    }

    /// <summary>The current field as a message of its own.</summary>
    public ProtobufReader Message(string what)
    {
        var content = Bytes(what);
        return new ProtobufReader(content, Offset - content.Length, _fault);
    }

    /// <summary>Passes over the current field.</summary>
    public void Skip()
    {
        switch ((WireType)_wireType)
        {
            case WireType.Varint:
                _ = Varint();
                break;
            case WireType.Fixed64:
                _ = Take(8);
                break;
            case WireType.Fixed32:
                _ = Take(4);
                break;
            default:
                _ = Bytes("a field");
                break;
        }
    }

    /// <summary>The exception for a fault where the reader stands.</summary>
    public readonly Exception Fault(string message) => _fault(Offset, message);

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Fault("a number takes more than ten bytes; the file is damaged");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _message.Length - _position)
        {
            throw Fault($"{length} bytes should follow, but only {_message.Length - _position} do; the file is cut off or damaged");
        }

        _position += length;
        return _message.Slice(_position - length, length);
    }

    private readonly void Expect(WireType type, string what)
    {
        if (_wireType != (int)type)
        {
            throw Fault($"{what} has wire type {_wireType} where {(int)type} belongs; this is no sentencepiece model, or a damaged one");
        }
    }
}
