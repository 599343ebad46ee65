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
 * Jackson for one format, set up the way this package needs it.
 *
 * <p>Field names stay canonicalised, because only then Jackson reads JSON as bytes and knows byte offsets; they are never
 * interned. Names come from strangers, and the table of names is shared by all messages: names made to collide would fill
 * its overflow area, after which Jackson refuses innocent messages as well. {@link #renew()} starts a new table, so that
 * a message is refused for its own names only.
 *
 * <p>Jackson's own limits are out of the way: this package counts depth itself, and the carrier limits length.
 */
final class Parsers {

    static final Parsers JSON = new Parsers(Format.JSON);
    static final Parsers CBOR = new Parsers(Format.CBOR);

    private final Format format;
    private volatile JsonFactory factory;

    private Parsers(Format format) {
        this.format = format;
        factory = make(format);
    }

    static Parsers of(Format format) {
        return format == Format.JSON ? JSON : CBOR;
    }

    Format format() {
        return format;
    }

    JsonParser parser(byte[] bytes, int offset, int length) throws IOException {
        return factory.createParser(bytes, offset, length);
    }

    JsonGenerator generator(ByteSink sink) throws IOException {
        return factory.createGenerator(sink);
    }

    void renew() {
        factory = make(format);
    }

    private static JsonFactory make(Format format) {
        return switch (format) {
            case JSON -> build(new JsonFactoryBuilder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8));
            case CBOR -> build(CBORFactory.builder());
        };
    }

    private static <F extends JsonFactory, B extends TSFBuilder<F, B>> F build(TSFBuilder<F, B> builder) {
        return builder.disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
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
