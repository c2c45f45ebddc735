/** Where a text is put together from bytes that do not stand together in their file. One at a time. */
export class Scratch {
  length = 0;
  private bytes = Buffer.allocUnsafe(64 * 1024);

  push(byte: number): void {
    if (this.length === this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.allocUnsafe(this.length)]);
    this.bytes[this.length++] = byte;
  }

  replaceLast(byte: number): void {
    this.bytes[this.length - 1] = byte;
  }

  /** The text of the first bytes. */
  text(end: number, isAscii: boolean): string {
    return this.bytes.toString(isAscii ? "latin1" : "utf8", 0, end);
  }
}

/** A text that is read, and where the reading goes on. */
export interface ScalarText {
  readonly text: string;
  readonly isAscii: boolean;
  /** Start of the line after it. */
  readonly end: number;
}
