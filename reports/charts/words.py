"""The words on charts, in every language they are drawn in."""

from datetime import date
from typing import Literal

Language = Literal["en", "ja"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "systolic": "Systolic",
        "diastolic": "Diastolic",
        "pulse": "Pulse",
        "morning": "Morning",
        "evening": "Evening",
        "other": "Other times",
        "night": "Night",
        "not_used": "Not used",
        "week_mean": "7-day mean",
        "no_data": "no data",
        "no_readings": "No readings in this period",
        "no_nights": "No nights recorded in this period",
        "no_pairs": "No night is followed by a morning reading in this period",
        "goal": "goal",
        "goal_line": "<{value} goal",
        "goal_zone": "Goal zone",
        "threshold_line": "{value} threshold",
        "threshold_and_goal": "{value} threshold, goal",
        "threshold": "Diagnostic threshold",
        "office": "Office",
        "daily_means": "{count} sessions: dots are daily means",
        "period_means": "{count} sessions: dots are means of {days} days",
        "trend_title": "Blood pressure over time",
        "trend_description": "{sessions} sessions on {days} of {all} days. Mean {mean} mmHg.",
        "trend_lines": " Diagnostic threshold {threshold}, treatment goal below {goal}.",
        "session_label": "{when} {window}: {value} mmHg",
        "session_pulse": ", pulse {value}",
        "session_mean_of": " (mean of {count})",
        "boxes_title": "Morning and evening compared",
        "boxes_description": "Boxes hold the middle half of the readings, lines reach from lowest "
        "to highest, the bar is the median and the number the mean.",
        "box_label": "{name}, {window}: mean {mean}, middle half {p25} to {p75}, "
        "range {minimum} to {maximum} mmHg, {count} readings",
        "systolic_distribution": "Distribution of systolic pressure",
        "diastolic_distribution": "Distribution of diastolic pressure",
        "distribution_description": "Number of readings in steps of {step} mmHg.",
        "distribution_lines": " {above} of {count} are at or above {threshold}.",
        "bin_label": "{low} to {high} mmHg: {count} readings",
        "below": "below {value}: {count}",
        "at_or_above": "≥{value}: {count}",
        "raster_title": "Nights on one clock",
        "raster_last": "last {shown} of {all} days",
        "raster_description": "{nights} nights in {days} days, drawn by clock time with their "
        "stages; rows without a bar have no data.",
        "night_label": "{date}: {start} to {end}, asleep {tst}, efficiency {se}",
        "hypnogram_title": "Course of the last night",
        "hypnogram_description": "Stages from {start} to {end}.",
        "stage_label": "{start} {stage}, {minutes} min",
        "awake": "Awake",
        "rem": "REM",
        "light": "Light",
        "deep": "Deep",
        "asleep": "Asleep (no stages)",
        "unknown": "Not scored",
        "together_title": "Nights beside the next morning",
        "together_description": "{count} nights with a morning reading after them: sleep below, "
        "next morning's systolic pressure above. Shown side by side, not as a cause.",
        "pair_label": "Night of {date}: asleep {tst}; next morning {value} mmHg",
        "next_morning": "Next morning, systolic mmHg",
        "after_poor_night": "after a short or broken night",
        "time_asleep": "Time asleep, hours",
        "sleep_reference": "{value} h reference",
        "sparkline_title": "Systolic pressure, last {days} days",
        "sparkline_description": "Daily means from {low} to {high} mmHg; last {last}.",
        "sparkline_empty": "No readings.",
        "date": "Date",
        "time": "Time",
        "when": "Window",
        "readings": "Readings",
        "mean": "Mean",
        "median": "Median",
        "middle_half": "Middle half",
        "range": "Range",
        "from_to": "Range, mmHg",
        "bedtime": "In bed",
        "wake": "Out of bed",
        "tst": "Asleep",
        "efficiency": "Efficiency",
        "stage": "Stage",
        "minutes": "Minutes",
        "series": "Pressure",
        "weight_title": "Weight over time",
        "weight_description": "{count} weighings from {low} to {high} kg; last {last} kg.",
        "weight_label": "{when}: {value} kg",
        "weight_label_fat": ", body fat {value} %",
        "weight_kg": "Weight, kg",
        "body_fat": "Body fat, %",
        "oxygen": "Oxygen saturation, %",
        "oxygen_title": "Oxygen saturation, night to {date}",
        "oxygen_description": "From {start} to {end}: mean {mean} %, lowest {lowest} %, under 90 % "
        "in {share} % of the valid time.",
        "oxygen_label": "from {time}: mean {mean} %, lowest {lowest} %",
        "no_signal": "no signal",
        "lowest": "Lowest",
        "minutes_under_90": "Minutes under 90 %",
        "minutes_valid": "Valid minutes",
        "none": "–",
    },
    "ja": {
        "systolic": "収縮期",
        "diastolic": "拡張期",
        "pulse": "脈拍",
        "morning": "朝",
        "evening": "晩",
        "other": "その他の時間",
        "night": "夜間",
        "not_used": "除外",
        "week_mean": "7日間平均",
        "no_data": "測定なし",
        "no_readings": "この期間の測定はありません",
        "no_nights": "この期間の睡眠記録はありません",
        "no_pairs": "翌朝の血圧測定がある睡眠記録はありません",
        "goal": "目標",
        "goal_line": "目標 {value}未満",
        "goal_zone": "降圧目標の範囲",
        "threshold_line": "基準 {value}",
        "threshold_and_goal": "基準・目標 {value}",
        "threshold": "高血圧の診断基準",
        "office": "診察室",
        "daily_means": "測定機会{count}回のため1日ごとの平均を表示",
        "period_means": "測定機会{count}回のため{days}日ごとの平均を表示",
        "trend_title": "血圧の推移",
        "trend_description": "{all}日間のうち{days}日、測定機会{sessions}回。平均 {mean} mmHg。",
        "trend_lines": "診断基準 {threshold}、降圧目標 {goal} 未満。",
        "session_label": "{when} {window} {value} mmHg",
        "session_pulse": "、脈拍 {value}",
        "session_mean_of": "（{count}回の平均）",
        "boxes_title": "朝と晩の比較",
        "boxes_description": "箱は測定値の中央半分、線は最低から最高まで、箱の中の線は中央値、"
        "数字は平均値です。",
        "box_label": "{name}・{window}：平均 {mean}、中央半分 {p25}～{p75}、"
        "範囲 {minimum}～{maximum} mmHg、{count}回",
        "systolic_distribution": "収縮期血圧の分布",
        "diastolic_distribution": "拡張期血圧の分布",
        "distribution_description": "{step} mmHgごとの測定回数。",
        "distribution_lines": "{count}回のうち{above}回が{threshold}以上。",
        "bin_label": "{low}～{high} mmHg：{count}回",
        "below": "{value}未満：{count}",
        "at_or_above": "{value}以上：{count}",
        "raster_title": "睡眠の時間帯",
        "raster_last": "全{all}日のうち最後の{shown}日",
        "raster_description": "{days}日間のうち{nights}夜の睡眠を時刻に沿って段階別に表示。"
        "帯のない行は記録がありません。",
        "night_label": "{date}：{start}～{end}、睡眠時間 {tst}、睡眠効率 {se}",
        "hypnogram_title": "最後の夜の睡眠経過",
        "hypnogram_description": "{start}から{end}までの睡眠段階。",
        "stage_label": "{start} {stage} {minutes}分",
        "awake": "覚醒",
        "rem": "レム",
        "light": "浅い",
        "deep": "深い",
        "asleep": "睡眠（段階なし）",
        "unknown": "判定なし",
        "together_title": "睡眠と翌朝の血圧",
        "together_description": "翌朝の血圧測定がある{count}夜。下が睡眠時間、"
        "上が翌朝の収縮期血圧。並べて示すもので、因果関係を示すものではありません。",
        "pair_label": "{date}の夜：睡眠時間 {tst}、翌朝 {value} mmHg",
        "next_morning": "翌朝の収縮期血圧（mmHg）",
        "after_poor_night": "短い・途切れた睡眠の翌朝",
        "time_asleep": "睡眠時間（時間）",
        "sleep_reference": "参考 {value}時間",
        "sparkline_title": "直近{days}日間の収縮期血圧",
        "sparkline_description": "1日平均 {low}～{high} mmHg、最後は {last}。",
        "sparkline_empty": "測定はありません。",
        "date": "日付",
        "time": "時刻",
        "when": "時間帯",
        "readings": "測定回数",
        "mean": "平均",
        "median": "中央値",
        "middle_half": "中央半分",
        "range": "範囲",
        "from_to": "範囲（mmHg）",
        "bedtime": "就床",
        "wake": "離床",
        "tst": "睡眠時間",
        "efficiency": "睡眠効率",
        "stage": "睡眠段階",
        "minutes": "分",
        "series": "血圧",
        "weight_title": "体重の推移",
        "weight_description": "測定{count}回、{low}～{high} kg。最後は {last} kg。",
        "weight_label": "{when}　{value} kg",
        "weight_label_fat": "、体脂肪率 {value} %",
        "weight_kg": "体重（kg）",
        "body_fat": "体脂肪率（%）",
        "oxygen": "酸素飽和度（%）",
        "oxygen_title": "酸素飽和度（{date}朝までの夜）",
        "oxygen_description": "{start}～{end}。平均 {mean} %、最低 {lowest} %、"
        "有効時間のうち90 %未満は {share} %。",
        "oxygen_label": "{time}から：平均 {mean} %、最低 {lowest} %",
        "no_signal": "信号なし",
        "lowest": "最低",
        "minutes_under_90": "90 %未満（分）",
        "minutes_valid": "有効（分）",
        "none": "–",
    },
}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say(language: Language, key: str, **values: object) -> str:
    """The words of a key with its values filled in."""
    return WORDS[language][key].format(**values)


def short_date(day: date, language: Language) -> str:
    """`9 Oct` or `10/9`: nobody has to guess which number is the month."""
    if language == "ja":
        return f"{day.month}/{day.day}"
    return f"{day.day} {MONTHS[day.month - 1]}"


def tick_date(day: date, language: Language, *, with_year: bool) -> str:
    """A day under an axis; long periods name month and year instead."""
    if not with_year:
        return short_date(day, language)
    if language == "ja":
        return f"{day.year}/{day.month}"
    return f"{MONTHS[day.month - 1]} {day.year}"


def clock_length(minutes: float) -> str:
    """`6:23`, for places too narrow for words."""
    hours, rest = divmod(int(minutes + 0.5), 60)
    return f"{hours}:{rest:02d}"


def hours_minutes(minutes: float | None, language: Language) -> str:
    """`6 h 23 min` or `6時間23分`, rounded half up to the minute."""
    if minutes is None:
        return say(language, "none")
    hours, rest = divmod(int(minutes + 0.5), 60)
    if language == "ja":
        return f"{hours}時間{rest:02d}分"
    return f"{hours} h {rest:02d} min"
