/** Something the machine lacks. The message is all there is to say: it is printed without a stack trace. */
export class ToolchainError extends Error {}
