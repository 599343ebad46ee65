// SPDX-License-Identifier: Apache-2.0
// A machine's bytes in an object's SQLite, in rows that are small enough for it.

const ROW_BYTES = 1_000_000;

export interface Stored {
  state: Int8Array;
  then: number;
}

export class Store {
  constructor(private readonly storage: DurableObjectStorage) {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS state (part INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    storage.sql.exec("CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)");
  }

  fact(name: string, make: () => string): string {
    const row = this.storage.sql.exec<{ value: string }>("SELECT value FROM fact WHERE name = ?", name).toArray()[0];
    if (row) return row.value;
    const value = make();
    this.set(name, value);
    return value;
  }

  set(name: string, value: string): void {
    this.storage.sql.exec("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, value);
  }

  read(): Stored | null {
    const rows = this.storage.sql.exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM state ORDER BY part").toArray();
    if (rows.length === 0) return null;
    const whole = new Uint8Array(rows.reduce((sum, row) => sum + row.bytes.byteLength, 0));
    let at = 0;
    for (const row of rows) {
      whole.set(new Uint8Array(row.bytes), at);
      at += row.bytes.byteLength;
    }
    return { state: new Int8Array(whole.buffer), then: Number(this.fact("then", () => "0")) };
  }

  write(state: Int8Array, now: number): void {
    this.storage.transactionSync(() => {
      let part = 0;
      for (let at = 0; at < state.length; at += ROW_BYTES) {
        const bytes = state.slice(at, at + ROW_BYTES).buffer;
        this.storage.sql.exec("INSERT OR REPLACE INTO state VALUES (?, ?)", part++, bytes);
      }
      this.storage.sql.exec("DELETE FROM state WHERE part >= ?", part);
      this.set("then", String(now));
    });
  }
}
