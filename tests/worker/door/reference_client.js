// Calls a method of the reference client for each line of JSON that comes, and writes a line of what it gave.
const readline = require('readline');

const { MessengerClient } = require(process.argv[2]);
const snake = (text) => text.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const camelAcronyms = { Nlp: 'NLP', Url: 'URL', Id: 'ID' };

function methodOf(client, name) {
  const camel = snake(name);
  const candidates = [camel];
  for (const [from, to] of Object.entries(camelAcronyms)) candidates.push(camel.replaceAll(from, to));
  return candidates.find((each) => typeof client[each] === 'function');
}

function argumentsOf(call, camelCase) {
  const options = Object.entries(call.kwargs).map(([name, value]) => [camelCase ? snake(name) : name, value]);
  return options.length ? [...call.args, Object.fromEntries(options)] : call.args;
}

async function answerTo({ call, config, camelCase }) {
  const client = MessengerClient.connect ? MessengerClient.connect(config) : new MessengerClient(config);
  const method = methodOf(client, call.method);
  if (!method) return { missing: call.method };
  try {
    return { gave: await client[method](...argumentsOf(call, camelCase)) };
  } catch (error) {
    return { raised: error.message };
  }
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  process.stdout.write(`${JSON.stringify(await answerTo(JSON.parse(line)))}\n`);
});
