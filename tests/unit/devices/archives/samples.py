"""Archives as apps write them, made up here. Columns as in docs/formats/archives.md."""

import io
import zipfile
from collections.abc import Mapping

# ruff: noqa: E501 # lines of files, as they are
OMRON_JA = (
    '"測定日","タイムゾーン","最高血圧(mmHg)","最低血圧(mmHg)","脈拍(bpm)","不規則脈波検出",'
    '"不規則脈波検出回数(回)","体動検出","ぴったり巻き","測定姿勢ガイド","室温(°C)","測定モード","機種"\r\n'
    '"2026/10/02 07:05","Asia/Tokyo","131","84","66","未検出","","未検出","OK","正しい","","","HEM-6232T"\r\n'
    '"2026/10/02 07:05","Asia/Tokyo","128","83","65","検出","3","未検出","OK","低い","","","HEM-6232T"\r\n'
    '"2026/10/01 21:40","Asia/Tokyo","１２６","79","-","未検出","","検出","NG","","","","HEM-6232T"\r\n'
)
OMRON_EN = (
    '"Measurement Date","Timezone","SYS(mmHg)","DIA(mmHg)","Pulse(bpm)","Irregular heartbeat",'
    '"IHB detection count","Body Movement","Cuff wrap guide","Positioning Indicator",'
    '"room temperature(°C)","Measurement Mode","Device"\n'
    '"2026-10-02 07:05","Asia/Manila","131","84","66","Not detected","","Detected","OK","","","","HEM-7600T"\n'
)
OMRON_US = (
    "Date,Time,Systolic (mmHg),Diastolic (mmHg),Pulse (bpm),Symptoms,Consumed,TruRead,Notes\n"
    "Oct 2 2026,07:05,131,84,66,-,-,-,-\n"
    'Oct 1 2026,9:40 pm,126,79,61,-,-,TruRead,"after, dinner"\n'
    "\n"
    '"Date","Total steps","Total distance (mi)"\n'
    '"Oct 1 2026","5210","2.3"\n'
)
BP_CSV = (
    'Date,"Heart rate",Systolic,Diastolic,Comments\n'
    '"2026-10-02 07:05:31",66,131,84,\n'
    '"2026-10-01 09:00:00",58,,,\n'
)
SLEEP_CSV = (
    'from,to,"light (s)","deep (s)","rem (s)","awake (s)","wake up","Duration to sleep (s)",'
    '"Duration to wake up (s)","Snoring (s)","Snoring episodes","Average heart rate",'
    '"Heart rate (min)","Heart rate (max)"\n'
    "2026-10-01T23:00:00+09:00,2026-10-02T07:00:00+09:00,14400,5400,5400,3600,2,900,300,0,0,54,48,70\n"
)
WEIGHT_CSV = 'Date,"Weight (kg)","Fat mass (kg)",Comments\n"2026-10-01 07:00:00",61.2,15.1,\n'

DTD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
  oops this line is broken as iOS 16 broke it
>
]>
"""
HEAD = '<HealthData locale="ja_JP">\n <ExportDate value="2026-10-03 08:00:00 +0900"/>\n'
CUFF = (
    "&lt;&lt;HKDevice: 0x283&gt;, name:HEM-7600T, manufacturer:OMRON, model:HEM-7600T,"
    " software:1.2&gt;"
)


def pair(at: str, systolic: object, diastolic: object, **said: str) -> str:
    """A correlation as an export writes it, and its two records once more by themselves."""
    source = said.get("source", "OMRON connect")
    unit = said.get("unit", "mmHg")
    head = f'sourceName="{source}" sourceVersion="7.1" device="{CUFF}"'
    head += f' creationDate="{at}" startDate="{at}" endDate="{at}"'
    zone = f'  <MetadataEntry key="HKTimeZone" value="{said["zone"]}"/>\n' if "zone" in said else ""
    records = "".join(
        f'  <Record type="HKQuantityTypeIdentifierBloodPressure{side}" {head} unit="{unit}"'
        f' value="{value}"/>\n'
        for side, value in (("Systolic", systolic), ("Diastolic", diastolic))
    )
    kind = "HKCorrelationTypeIdentifierBloodPressure"
    return f'{records} <Correlation type="{kind}" {head}>\n{zone}{records} </Correlation>\n'


def slept(start: str, end: str, value: str, source: str = "花子のApple Watch") -> str:
    """An interval of sleep."""
    return (
        f' <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="{source}"'
        f' startDate="{start}" endDate="{end}" value="HKCategoryValueSleepAnalysis{value}"/>\n'
    )


def heart_rate(at: str, value: int) -> str:
    """What most of an export is."""
    return (
        ' <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="花子のApple Watch"'
        f' unit="count/min" startDate="{at}" endDate="{at}" value="{value}"/>\n'
    )


def apple(*records: str) -> str:
    """An export.xml."""
    return DTD + HEAD + "".join(records) + "</HealthData>\n"


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
