// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

/**
 * What one message may hold. How long it may be is the carrier's limit.
 *
 * @param maxFrames frames in one array; more are answered {@code too_many_requests}, and none of them runs
 * @param maxDepth maps and arrays around the innermost value, the frame's own map included and the array around the
 *     frames not; deeper is {@code too_deep}
 * @param maxResumeChannels entries of {@code resume.channels}; more are {@code too_large}
 */
public record CodecLimits(int maxFrames, int maxDepth, int maxResumeChannels) {

    public static final CodecLimits DEFAULT = new CodecLimits(128, 32, 128);

    public CodecLimits {
        if (maxFrames < 1 || maxDepth < 4 || maxDepth > 512 || maxResumeChannels < 0) {
            throw new IllegalArgumentException("limits out of range");
        }
    }
}
