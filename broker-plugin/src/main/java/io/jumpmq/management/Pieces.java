package io.jumpmq.management;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes that are written piece by piece and then kept as they are; all but the first few count against {@link HttpMemory} until
 * they are released. Not thread-safe.
 */
final class Pieces extends OutputStream {
    private static final int PIECE_BYTES = 16 << 10;

    private final HttpMemory memory;
    private final List<byte[]> pieces = new ArrayList<>();
    private int used = PIECE_BYTES;
    private long taken;

    Pieces(HttpMemory memory) {
        this.memory = memory;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** @throws HttpError 503 when memory is short */
    @Override
    public void write(byte[] bytes, int offset, int length) {
        write(ByteBuffer.wrap(bytes, offset, length));
    }

    /** @throws HttpError 503 when memory is short */
    void write(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (used == PIECE_BYTES) {
                begin();
            }
            int length = Math.min(bytes.remaining(), PIECE_BYTES - used);
            bytes.get(pieces.get(pieces.size() - 1), used, length);
            used += length;
        }
    }

    private void begin() {
        if (!pieces.isEmpty()) {
            memory.take(PIECE_BYTES);
            taken += PIECE_BYTES;
        }
        pieces.add(new byte[PIECE_BYTES]);
        used = 0;
    }

    int size() {
        return pieces.size() * PIECE_BYTES - (PIECE_BYTES - used);
    }

    ByteBuffer[] buffers() {
        ByteBuffer[] buffers = pieces.stream().map(ByteBuffer::wrap).toArray(ByteBuffer[]::new);
        if (buffers.length > 0) {
            buffers[buffers.length - 1].limit(used);
        }
        return buffers;
    }

    byte[] toBytes() {
        ByteBuffer whole = ByteBuffer.allocate(size());
        for (ByteBuffer piece : buffers()) {
            whole.put(piece);
        }
        return whole.array();
    }

    /** Starts anew. */
    void discard() {
        pieces.clear();
        used = PIECE_BYTES;
        release();
    }

    /** They are not needed any more. */
    void release() {
        memory.give(taken);
        taken = 0;
    }
}
