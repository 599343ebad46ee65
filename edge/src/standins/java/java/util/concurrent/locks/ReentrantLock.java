// SPDX-License-Identifier: Apache-2.0
package java.util.concurrent.locks;

/** There is one thread: nobody else can hold it. */
public class ReentrantLock {

    public ReentrantLock() {}

    public void lock() {}

    public boolean tryLock() {
        return true;
    }

    public void unlock() {}
}
