// SPDX-License-Identifier: Apache-2.0
package java.util.concurrent.atomic;

/** There is one thread: an array is atomic. */
public class AtomicReferenceArray<E> {

    private final E[] array;

    @SuppressWarnings("unchecked")
    public AtomicReferenceArray(int length) {
        array = (E[]) new Object[length];
    }

    public final int length() {
        return array.length;
    }

    public final E get(int index) {
        return array[index];
    }

    public final void set(int index, E value) {
        array[index] = value;
    }

    public final E getAndSet(int index, E value) {
        E before = array[index];
        array[index] = value;
        return before;
    }

    public final boolean compareAndSet(int index, E expected, E value) {
        if (array[index] != expected) {
            return false;
        }
        array[index] = value;
        return true;
    }
}
