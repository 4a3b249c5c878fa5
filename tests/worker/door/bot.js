// A bot that answers one person ten times by the door, each answer after the one before, as bots do.
const [origin, token, psid] = process.argv.slice(2);

async function say(text) {
  const response = await fetch(`${origin}/v27.0/me/messages?access_token=${token}&wait=50`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messaging_type: 'RESPONSE', recipient: { id: psid }, message: { text } }),
  });
  return { status: response.status, body: await response.json() };
}

(async () => {
  for (let number = 1; number <= 10; number += 1) {
    const { status, body } = await say(`Message ${number}`);
    process.stdout.write(`${status} ${body.recipient_id}\n`);
  }
})();
