import { assertEquals } from "@std/assert";
import { answerInWords } from "../../../src/aws/answer_words.ts";

const withAnswer = ($response: unknown) => Object.assign(new Error("of a parser"), { $response });
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("an answer is told by status, content type and the first line that says something", () => {
  const words = answerInWords(withAnswer({
    statusCode: 502,
    headers: { "content-type": "text/html" },
    body: bytes("\r\n\n  <h1>Bad Gateway</h1>  \r\nmore"),
  }));
  assertEquals(words, "HTTP 502, text/html: <h1>Bad Gateway</h1>");
});

Deno.test("what an answer does not have is left out", () => {
  assertEquals(answerInWords(withAnswer({ statusCode: 400 })), "HTTP 400, without a body");
  assertEquals(
    answerInWords(withAnswer({ statusCode: 200, body: "text" })),
    "HTTP 200: 4 characters that cannot be read",
  );
  assertEquals(
    answerInWords(withAnswer({ statusCode: 200, body: {} })),
    "HTTP 200, without a body",
  );
});

Deno.test("where nothing was answered there are no words", () => {
  assertEquals(answerInWords(new Error("connection refused")), undefined);
  assertEquals(answerInWords(withAnswer({})), undefined);
});

Deno.test("words are short and of one line, whatever was answered", () => {
  for (const body of ["x".repeat(1e6), "\u0000".repeat(1e6), "é".repeat(1e6), "\n".repeat(1e6)]) {
    for (const form of [body, bytes(body)]) {
      const words = answerInWords(withAnswer({ statusCode: 500, body: form })) ?? "";
      assertEquals(words.length < 250, true);
      assertEquals(/\p{Cc}/u.test(words), false);
    }
  }
});

Deno.test("of a damaged answer of AWS nothing is told but its size, as it may hold secrets", () => {
  const secret = "canary-6b1f";
  const bodies = [
    `{"session":{"tokenValue":"${secret}"`,
    `<AssumeRoleResponse><Credentials><SecretAccessKey>${secret}`,
    `<htmlish>${secret}`,
    secret,
  ];
  for (const body of bodies) {
    for (const statusCode of [200, 204]) {
      const words = answerInWords(withAnswer({ statusCode, body: bytes(body) }));
      assertEquals(words, `HTTP ${statusCode}: ${body.length} bytes that cannot be read`);
    }
  }
  const page = answerInWords(
    withAnswer({ statusCode: 200, body: bytes("<!DOCTYPE html><p>login") }),
  );
  assertEquals(page, "HTTP 200: <!DOCTYPE html><p>login");
});
