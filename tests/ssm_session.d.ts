/** Types of the client that tests hold against the simulator; its package carries none. */
declare module "ssm-session" {
  export const ssm: {
    init(
      socket: WebSocket,
      data: { token: string; termOptions: { rows: number; cols: number } },
    ): void;
    decode(buffer: ArrayBuffer): {
      messageType: string;
      sequenceNumber: number;
      messageId: string;
      payloadType: number;
      payload: Uint8Array;
    };
    sendACK(socket: WebSocket, message: { sequenceNumber: number; messageId: string }): void;
    sendText(socket: WebSocket, text: Uint8Array): void;
  };
}
