// A language that nobody speaks, made from English while a test runs: every word written from right to left, every page turned round.
// It shows what is laid out for one direction only, and what is not in a string file. Nothing of it is in the program.
import ts from 'typescript';

const [RTL, END] = ['\u202e', '\u202c'];
/** Words turned round one by one, as they stand; what is in braces is filled in by the program and stays. */
const turn = (text) => text.split(/(\{[^{}]*\})/).map((part) => (part.startsWith('{') ? part : part.replace(/\S+/g, (word) => RTL + word + END))).join('');
export const isTurned = (text) => text.includes(RTL);

/** A file of strings and nothing else with its strings turned; `null` for any other file. */
export function turned(source) {
  const file = ts.createSourceFile('strings.js', source, ts.ScriptTarget.Latest, true);
  const literals = [];
  const plain = (node) => ts.isObjectLiteralExpression(node) && node.properties.every((one) =>
    (ts.isPropertyAssignment(one) && ts.isStringLiteralLike(one.initializer) && literals.push(one.initializer)) || ts.isSpreadAssignment(one));
  const fits = file.statements.every((statement) => ts.isExportDeclaration(statement) || ts.isImportDeclaration(statement)
    || (ts.isVariableStatement(statement) && statement.declarationList.declarations.every((one) => one.initializer && plain(one.initializer))));
  if (!fits || literals.length < 10) return null;
  let out = '';
  let from = 0;
  for (const literal of literals.sort((a, b) => a.pos - b.pos)) {
    out += source.slice(from, literal.getStart()) + JSON.stringify(turn(literal.text));
    from = literal.end;
  }
  return out + source.slice(from);
}

/** Lets a window's pages be of that language. */
export async function mirror(context) {
  await context.route(/\/(console|widget\/assets)\/[^/]+\.js$/, async (route) => {
    const answer = await route.fetch();
    const body = turned(await answer.text());
    await route.fulfill(body === null ? { response: answer } : { response: answer, body });
  });
  await context.addInitScript(() => {
    const set = () => document.documentElement?.setAttribute('dir', 'rtl');
    set();
    new MutationObserver(set).observe(document, { childList: true });
  });
}
