// What an exchange's own page would do: put the loader in, tell the chat who is signed in, and wipe it at sign-out.
// The desk in demo mode stands for the exchange's back end: GET /demo/desk.json names the inbox, POST /demo/sign-in signs the JWT.
(() => {
  const wanted = [new URLSearchParams(location.search).get('lang'), ...navigator.languages].filter(Boolean);
  const known = wanted.find((tag) => /^(zh|en)\b/i.test(tag)) ?? 'en';
  const lang = /^zh/i.test(known) ? (/hant|-(tw|hk|mo)\b/i.test(known) ? 'zh-TW' : 'zh-CN') : 'en';
  const words = window.harborixWords[lang];
  const at = (id) => document.getElementById(id);
  const say = (key, code = '') => { at('state').textContent = (words[key] ?? '').replace('{code}', code); };

  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = words[element.dataset.t] ?? element.textContent;
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', words[element.dataset.label] ?? element.getAttribute('aria-label'));

  const signed = () => sessionStorage.getItem('harborix') === 'in';
  function show(person) {
    const inside = !!person;
    at('switch').setAttribute('aria-pressed', String(inside));
    at('switch').textContent = words[inside ? 'signOut' : 'signIn'];
    at('person').hidden = !inside;
    at('name').textContent = person?.name ?? '';
    at('uid').textContent = inside ? `UID ${person.uid}` : '';
    at('assets').textContent = inside ? '18,204.36 USDT' : '••••••';
  }

  async function signIn() {
    const answer = await fetch('/demo/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ locale: lang }) });
    if (!answer.ok) return say('refused', answer.status);
    const { jwt, person } = await answer.json();
    sessionStorage.setItem('harborix', 'in');
    show(person);
    try {
      await window.Candor.identify(jwt);
      say('welcome');
    } catch (error) {
      say('refused', error.message);
    }
  }
  function signOut() {
    sessionStorage.removeItem('harborix');
    window.Candor.shutdown();
    show();
    say('bye');
  }

  async function start() {
    const desk = await fetch('/demo/desk.json').then((answer) => (answer.ok ? answer.json() : undefined), () => undefined);
    if (!desk) return say('absent');
    const script = document.createElement('script');
    script.src = '/w.js';
    script.async = true;
    script.dataset.inbox = desk.inbox;
    script.dataset.lang = 'page';
    script.onload = () => {
      at('open').onclick = () => window.Candor.open();
      at('switch').onclick = () => void (signed() ? signOut() : signIn());
      if (signed()) void signIn();
    };
    document.body.append(script);
    at('chat-link').href = `/chat?inbox=${desk.inbox}&lang=${lang}`;
    at('snippet').textContent = `<script src="${location.origin}/w.js" data-inbox="${desk.inbox}" async></script>`;
  }
  void start();
})();
