"""Surnames that are read otherwise than the same characters elsewhere; a dictionary gets these wrong.

Where families differ, the commoner reading comes first. ``ü`` follows the rule of suggestion.py.
"""

SINGLE: dict[str, tuple[str, ...]] = {
    character: tuple(readings.split("/"))
    for character, readings in (
        entry.split()
        for entry in """
        曾 ZENG, 单 SHAN, 查 ZHA, 仇 QIU, 朴 PIAO, 区 OU, 解 XIE, 盖 GE/GAI, 覃 QIN/TAN, 洗 XIAN, 员 YUN/YUAN, 贠 YUN,
        翟 ZHAI/DI, 缪 MIAO, 佴 NAI, 乐 YUE/LE, 祭 ZHAI/JI, 句 GOU, 秘 BI/MI, 薄 BO, 卜 BU, 乜 NIE, 郇 XUN/HUAN,
        牟 MU/MOU, 隗 WEI/KUI, 召 SHAO/ZHAO, 折 SHE, 种 CHONG, 繁 PO, 黑 HE, 阚 KAN, 都 DU, 粘 NIAN, 么 YAO,
        谌 CHEN/SHEN, 郗 XI/CHI, 费 FEI/BI, 尉 WEI/YU, 六 LU
        """.replace("\n", " ").split(",")
    )
}

COMPOUND: dict[str, str] = dict(
    entry.split()
    for entry in """
    欧阳 OUYANG, 太史 TAISHI, 端木 DUANMU, 上官 SHANGGUAN, 司马 SIMA, 东方 DONGFANG, 独孤 DUGU, 南宫 NANGONG,
    万俟 MOQI, 闻人 WENREN, 夏侯 XIAHOU, 诸葛 ZHUGE, 尉迟 YUCHI, 公羊 GONGYANG, 赫连 HELIAN, 澹台 TANTAI,
    皇甫 HUANGFU, 宗政 ZONGZHENG, 濮阳 PUYANG, 公冶 GONGYE, 太叔 TAISHU, 申屠 SHENTU, 公孙 GONGSUN,
    慕容 MURONG, 仲孙 ZHONGSUN, 钟离 ZHONGLI, 长孙 ZHANGSUN, 宇文 YUWEN, 司徒 SITU, 鲜于 XIANYU, 司空 SIKONG,
    闾丘 LYUQIU, 子车 ZIJU, 亓官 QIGUAN, 司寇 SIKOU, 巫马 WUMA, 公西 GONGXI, 颛孙 ZHUANSUN, 壤驷 RANGSI,
    公良 GONGLIANG, 漆雕 QIDIAO, 乐正 YUEZHENG, 宰父 ZAIFU, 谷梁 GULIANG, 拓跋 TUOBA, 夹谷 JIAGU,
    轩辕 XUANYUAN, 令狐 LINGHU, 段干 DUANGAN, 百里 BAILI, 呼延 HUYAN, 东郭 DONGGUO, 南门 NANMEN, 羊舌 YANGSHE,
    微生 WEISHENG, 梁丘 LIANGQIU, 左丘 ZUOQIU, 东门 DONGMEN, 西门 XIMEN, 第五 DIWU, 单于 CHANYU, 淳于 CHUNYU,
    贺兰 HELAN, 完颜 WANYAN, 纳兰 NALAN, 屈突 QUTU, 贺若 HERUO, 哥舒 GESHU, 叱干 CHIGAN, 阿史那 ASHINA,
    爱新觉罗 AIXINJUELUO, 叶赫那拉 YEHENALA
    """.replace("\n", " ").split(",")
)
