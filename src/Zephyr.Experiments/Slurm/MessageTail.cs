using System.Text;
using System.Text.Json;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Slurm;

/// <summary>Reads what a stage tells while the node is still writing it.</summary>
/// <param name="path">The file; it need not be there yet.</param>
/// <param name="reporter">Takes the messages.</param>
internal sealed class MessageTail(string path, IStageReporter reporter)
{
    // A line that is longer is no message of a stage.
    private const int LongestLine = 1 << 20;
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly List<byte> _line = [];
    private long _position;

    /// <summary>Passes on the whole lines that have arrived since the last call.</summary>
    public void PassNew()
    {
        try
        {
            // Opened anew each time: that is when a network file system asks its server what is new.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Position = _position;
            while (file.Read(_buffer) is var read and > 0)
            {
                _position += read;
                foreach (var character in _buffer.AsSpan(0, read))
                {
                    Take(character);
                }
            }
        }
        catch (Exception later) when (later is IOException)
        {
            // Not there yet, or a stale handle: the next look reads on from the same place.
        }
    }

    private void Take(byte character)
    {
        if (character != (byte)'\n')
        {
            if (_line.Count < LongestLine)
            {
                _line.Add(character);
            }

            return;
        }

        var line = Encoding.UTF8.GetString([.. _line]);
        _line.Clear();
        try
        {
            MessageReporter.Pass(line, reporter);
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException)
        {
            reporter.Note($"a message of the job cannot be read: {line[..Math.Min(200, line.Length)]}");
        }
    }
}
