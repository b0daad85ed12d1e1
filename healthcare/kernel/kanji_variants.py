"""One shape for a character that names are written with in several.

A family register keeps 髙橋 apart from 高橋 and 齋藤 from 斉藤; a shop, a hospital and the
person's own hand do not. Here such shapes become one, for comparing only: what is stored and
printed stays as it came.

Two tables, each a shape and what it becomes. Shapes that Unicode itself calls compatible (神 as
U+FA19) are not in them: NFKC turns those round before.
"""

# The characters for given names that are another shape of a standard one (Ordinance for Enforcement
# of the Family Register Act, appended table 2), as Unicode lists them: Unihan 14.0, property
# kJinmeiyoKanji, (c) Unicode, Inc., https://www.unicode.org/license.txt.
_FOR_GIVEN_NAMES = """
乘乗 亘亙 亞亜 佛仏 來来 傳伝 僞偽 價価 儉倹 兒児 冨富 凉涼 凜凛 剩剰 劍剣 勳勲 卷巻 卽即 單単 嚴厳
圈圏 國国 圓円 團団 埜野 增増 壘塁 壞壊 壯壮 壽寿 奧奥 奬奨 孃嬢 寢寝 實実 寬寛 將将 專専 尭堯 峯峰
峽峡 嶋島 巌巖 巢巣 帶帯 廣広 廳庁 彈弾 彌弥 從従 徵徴 德徳 恆恒 惠恵 惡悪 愼慎 應応 懷懐 戰戦 戲戯
拂払 拔抜 拜拝 揭掲 搖揺 搜捜 擊撃 攝摂 收収 敍叙 晃晄 晚晩 晝昼 曆暦 曉暁 曾曽 桧檜 條条 榮栄 槙槇
樂楽 樣様 橫横 檢検 櫻桜 步歩 歷歴 每毎 氣気 涉渉 淚涙 淨浄 渚渚 渴渇 溫温 滯滞 澁渋 濕湿 瀧滝 瀨瀬
燈灯 燒焼 爭争 爲為 狀状 狹狭 猪猪 獸獣 琢琢 疊畳 瘦痩 盃杯 盜盗 盡尽 眞真 碎砕 祐祐 祕秘 祢禰 祷禱
禄祿 禎禎 禪禅 禮礼 稻稲 穗穂 穣穰 粹粋 綠緑 緖緒 緣縁 縣県 縱縦 纖繊 聽聴 臟臓 與与 莊荘 萌萠 萬万
薗園 薰薫 藏蔵 藝芸 藥薬 虛虚 衞衛 裝装 覽覧 謠謡 讓譲 賣売 賴頼 轉転 遥遙 郞郎 醉酔 釀醸 錄録 鍊錬
鎭鎮 鑄鋳 陷陥 險険 雜雑 靜静 顯顕 飜翻 駈駆 騷騒 驗験 髮髪 鷄鶏 黃黄 黑黒 默黙 齊斉 龍竜
"""
# Shapes in family names besides those. Entered by hand; most are kSemanticVariant or kZVariant in
# Unihan, and 斉 (a character of its own) is here because it is what people write for 齋.
_FOR_FAMILY_NAMES = """
髙高 﨑崎 嵜崎 碕崎 齋斎 斉斎 邊辺 邉辺 澤沢 濱浜 濵浜 嶌島 舘館 栁柳 𠮷吉 渕淵 渊淵 藪薮 籔薮 關関
桒桑 槗橋 𣘺橋 靏鶴 靍鶴 鷗鴎 蔣蒋 塲場 㐂喜 寳宝 寶宝 鐵鉄 學学 會会 數数 豐豊 昻昂 莖茎 螢蛍 當当
鄕郷 淸清 靑青 吳呉 曻昇 冝宜 逹達 假仮 圀国 濟済 淺浅 鹽塩 蘆芦 桺柳 龜亀 嶽岳 巖岩 巌岩 穐秋
龝秋 舩船 埀垂 壻婿 彥彦 產産 顏顔 姬姫 棲栖
"""


def _table() -> dict[int, str]:
    """By code point what a shape ends up as: 齊 is 斉, which is 斎."""
    pairs = {pair[0]: pair[1] for pair in (_FOR_GIVEN_NAMES + _FOR_FAMILY_NAMES).split()}

    def last(shape: str) -> str:
        seen = {shape}
        while (following := pairs.get(shape, shape)) not in seen:
            seen.add(following)
            shape = following
        return shape

    return {ord(shape): last(shape) for shape in pairs}


_SHAPES = _table()


def one_shape(text: str) -> str:
    """The text with every shape that stands in the tables replaced by the one it becomes."""
    return text.translate(_SHAPES)
