// SPDX-License-Identifier: Apache-2.0
package dev.longwire.protocol.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.TSFBuilder;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;

/**
 * Jackson, set up the way this package needs it: generators of both formats and the parser of CBOR.
 *
 * <p>JSON is read by {@link JsonTokens} instead. Jackson's parser of JSON bytes always keeps the field names it meets in
 * a table that all messages of a factory share. Names whose hashes collide whatever the seed are found in milliseconds;
 * some hundred of them spoil that table for everybody: innocent messages are refused now and then, or end in an
 * ArrayIndexOutOfBoundsException. Its parser of CBOR can do without the table, and must.
 *
 * <p>Jackson's own limits are out of the way: this package counts depth itself, and the carrier limits length.
 */
final class Jackson {

    private static final JsonFactory JSON =
            build(new JsonFactoryBuilder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8));
    private static final JsonFactory CBOR = build(CBORFactory.builder());

    private Jackson() {}

    static JsonParser cborParser(byte[] bytes, int offset, int length) throws IOException {
        return CBOR.createParser(bytes, offset, length);
    }

    static JsonGenerator generator(Format format, ByteSink sink) throws IOException {
        return (format == Format.JSON ? JSON : CBOR).createGenerator(sink);
    }

    private static <F extends JsonFactory, B extends TSFBuilder<F, B>> F build(TSFBuilder<F, B> builder) {
        return builder.disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(Integer.MAX_VALUE)
                        .build())
                .build();
    }
}
