// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import org.teavm.jso.JSByRef;
import org.teavm.jso.JSObject;

/** What a backend asked for, as JavaScript sees it: questions to channels, in their order. */
public interface ApiPort extends JSObject {

    /** The name of the code for what is wrong with all of it; empty when something can be asked. */
    String fault();

    /** The field at fault, or empty. */
    String field();

    /** Whether one thing was asked for, and not a list that happens to have one. */
    boolean one();

    int count();

    /** Whom to ask; empty for what is wrong by itself, and answered already. */
    String channel(int index);

    /** The question, or the answer where nobody is to be asked. */
    @JSByRef
    byte[] bytes(int index);
}
