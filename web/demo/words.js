// The made-up exchange's words. English is in the page itself.
window.harborixWords = {
  'zh-CN': {
    brand: '港湾交易所', site: '网站', language: '语言', markets: '行情', notices: '公告', chat: '全屏客服', signIn: '登录', signOut: '退出',
    hero: '让资产停泊在安稳的港湾', lead: '这是一家虚构的交易所，右下角的客服却是真的：写一条消息，再到工作台回复自己。', ask: '联系客服', desk: '打开工作台',
    asset: '总资产', pending: '提现 W-552018', review: '审核中 · 0.8 ETH', today: '今日行情', coin: '币种', price: '最新价', change: '24 小时',
    n1: 'TRON 网络拥堵，USDT 充值到账稍慢', n2: '11 月 25 日系统升级，提现暂停两小时', n3: '近期仿冒客服手法整理，教您核实官方身份',
    snippet: '页面里只为客服加了这一行：', absent: '没有找到演示收件箱：请用 candor serve --demo 启动。', refused: '登录未被接受：{code}',
    welcome: '已登录，客服已知道您是谁。', bye: '已退出，本机的聊天记录已清除。',
  },
  'zh-TW': {
    brand: '港灣交易所', site: '網站', language: '語言', markets: '行情', notices: '公告', chat: '全螢幕客服', signIn: '登入', signOut: '登出',
    hero: '讓資產停泊在安穩的港灣', lead: '這是一家虛構的交易所，右下角的客服卻是真的：寫一則訊息，再到工作台回覆自己。', ask: '聯絡客服', desk: '開啟工作台',
    asset: '總資產', pending: '提領 W-552018', review: '審核中 · 0.8 ETH', today: '今日行情', coin: '幣種', price: '最新價', change: '24 小時',
    n1: 'TRON 網路壅塞，USDT 入金稍慢', n2: '11 月 25 日系統升級，提領暫停兩小時', n3: '近期仿冒客服手法整理，教您查證官方身分',
    snippet: '網頁裡只為客服加了這一行：', absent: '找不到示範收件匣：請以 candor serve --demo 啟動。', refused: '登入未被接受：{code}',
    welcome: '已登入，客服已知道您是誰。', bye: '已登出，這台裝置的聊天紀錄已清除。',
  },
  en: {
    signIn: 'Sign in', signOut: 'Sign out', absent: 'There is no demo inbox: start the desk with candor serve --demo.', refused: 'The sign-in was refused: {code}',
    welcome: 'Signed in. Support now knows who you are.', bye: 'Signed out. The chat kept on this device is gone.',
  },
};
