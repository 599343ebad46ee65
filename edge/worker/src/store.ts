// SPDX-License-Identifier: Apache-2.0
// A machine's bytes in an object's SQLite, in rows that are small enough for it: one row for each step of a small machine.

const ROW_BYTES = 1_000_000;
const TIME_BYTES = 8;

export interface Stored {
  state: Int8Array;
  then: number;
}

export class Store {
  private parts = 0;
  private alarm = Infinity;

  constructor(private readonly storage: DurableObjectStorage) {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS state (part INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    storage.sql.exec("CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)");
  }

  /** Something that is decided once. */
  fact(name: string, make: () => string): string {
    const row = this.storage.sql.exec<{ value: string }>("SELECT value FROM fact WHERE name = ?", name).toArray()[0];
    if (row) return row.value;
    const value = make();
    this.storage.sql.exec("INSERT INTO fact VALUES (?, ?)", name, value);
    return value;
  }

  read(): Stored | null {
    const rows = this.storage.sql.exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM state ORDER BY part").toArray();
    this.parts = rows.length;
    if (rows.length === 0) return null;
    const whole = new Uint8Array(rows.reduce((sum, row) => sum + row.bytes.byteLength, 0));
    let at = 0;
    for (const row of rows) {
      whole.set(new Uint8Array(row.bytes), at);
      at += row.bytes.byteLength;
    }
    const then = new DataView(whole.buffer).getFloat64(0);
    return { state: new Int8Array(whole.buffer, TIME_BYTES), then };
  }

  write(state: Int8Array, now: number): void {
    const whole = new Uint8Array(TIME_BYTES + state.length);
    new DataView(whole.buffer).setFloat64(0, now);
    whole.set(new Uint8Array(state.buffer, state.byteOffset, state.length), TIME_BYTES);
    this.storage.transactionSync(() => {
      let part = 0;
      for (let at = 0; at < whole.length; at += ROW_BYTES) {
        this.storage.sql.exec("INSERT OR REPLACE INTO state VALUES (?, ?)", part++, whole.slice(at, at + ROW_BYTES).buffer);
      }
      if (part < this.parts) this.storage.sql.exec("DELETE FROM state WHERE part >= ?", part);
      this.parts = part;
    });
  }

  /** Has the object woken in time. An alarm that comes too early costs less than setting it anew at every step. */
  wakeAt(at: number, now: number): void {
    const due = Math.max(at, now + 1);
    if (!Number.isFinite(at) || (this.alarm > now && this.alarm <= due)) return;
    this.alarm = due;
    void this.storage.setAlarm(due);
  }

  /** The alarm has rung. */
  woken(): void {
    this.alarm = Infinity;
  }
}
